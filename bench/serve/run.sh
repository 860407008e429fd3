#!/usr/bin/env bash
# Measures register search and the school page under 64 connections with wrk.
#
#   bench/serve/run.sh SERVER FOLDER            an invented district of 20,000 schools, six years
#   bench/serve/run.sh SERVER FOLDER PATH…      these public files instead
#
# SERVER is the example `register_server`, built with
#   cargo build --release -p register --example register_server
# FOLDER keeps the database (and the district's files, written by the district's example `write`)
# between runs. Needs wrk, curl and sqlite3.
set -euo pipefail

server=$1
folder=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
listen=127.0.0.1:8399
mkdir -p "$folder"

if [[ ! -e $folder/register.sqlite ]]; then
  if [[ $# == 0 ]]; then
    cargo run --release -p district --example write -- "$folder/district" 20261109 20000
    set -- "$folder/district"
  fi
  "$server" "sqlite:$folder/register.sqlite" none "$@" 2> "$folder/import.txt"
fi

"$server" "sqlite:$folder/register.sqlite" "$listen" 2> "$folder/server.txt" &
pid=$!
trap 'kill $pid' EXIT
until curl -sf "http://$listen/schools" -o /dev/null; do sleep 0.2; done

sqlite3 "$folder/register.sqlite" \
  "SELECT urn FROM school_family ORDER BY (urn * 7919) % 100003 LIMIT 2000" > "$folder/urns.txt"
sqlite3 "$folder/register.sqlite" \
  "SELECT sort_name FROM school ORDER BY (urn * 7919) % 100003 LIMIT 2000" > "$folder/names.txt"
export BENCH_URNS=$folder/urns.txt BENCH_NAMES=$folder/names.txt
for what in search page; do
  echo "## $what"
  wrk -t2 -c64 -d"${SECONDS_EACH:-20}s" --timeout 30s --latency -s "$here/$what.lua" "http://$listen" |
    grep -E '50%|90%|99%|Requests/sec|Non-2xx|Socket|requests in'
done
echo "load $(cut -d' ' -f1-3 /proc/loadavg)"
