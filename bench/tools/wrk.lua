-- For wrk: asks as BENCH_HOST, with a body of BENCH_BODY bytes where that is above 0. Prints requests, microseconds,
-- the median and the 99th percentile of latency in microseconds, and how many requests failed.
wrk.headers["Host"] = os.getenv("BENCH_HOST")
local body = tonumber(os.getenv("BENCH_BODY") or "0")
if body > 0 then
  wrk.method = "POST"
  wrk.body = string.rep("x", body)
  wrk.headers["Content-Type"] = "application/octet-stream"
end

function done(summary, latency)
  local e = summary.errors
  io.write(string.format("WRK %d %d %d %d %d\n", summary.requests, summary.duration, latency:percentile(50),
    latency:percentile(99), e.connect + e.read + e.write + e.timeout + e.status))
end
