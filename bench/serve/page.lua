-- School pages of different schools, in turn.
local urns = {}
for line in io.lines(os.getenv("BENCH_URNS")) do urns[#urns + 1] = line end
local at = 0
request = function()
  at = at % #urns + 1
  return wrk.format("GET", "/schools/" .. urns[at])
end
