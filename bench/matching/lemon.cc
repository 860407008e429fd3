// Solves a DIMACS minimum-cost flow with LEMON's network simplex; CPU seconds of the solve only.
#include <lemon/dimacs.h>
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>

#include <ctime>
#include <fstream>
#include <iostream>

int main(int, char** arguments) {
  using Graph = lemon::SmartDigraph;
  Graph graph;
  Graph::ArcMap<long long> low(graph), capacity(graph), cost(graph);
  Graph::NodeMap<long long> supply(graph);
  std::ifstream file(arguments[1]);
  lemon::readDimacsMin(file, graph, low, capacity, cost, supply);
  const std::clock_t start = std::clock();
  lemon::NetworkSimplex<Graph, long long, long long> simplex(graph);
  simplex.upperMap(capacity).costMap(cost).supplyMap(supply).run();
  const double seconds = double(std::clock() - start) / CLOCKS_PER_SEC;
  std::cout << "{\"cost\": " << simplex.totalCost() << ", \"cpu\": " << seconds << "}\n";
}
