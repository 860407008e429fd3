//! Needs, supporters and capacities: exact matching with explanations, fairness and instant what-if.
