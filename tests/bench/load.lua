-- Load for the online bench: asks for each row in turn and checks every answer against the label that it must have.
-- `rows` (bodies and labels) comes from the file that the environment variable BENCH_ROWS names.
local rows = dofile(os.getenv("BENCH_ROWS"))
local key = os.getenv("BENCH_KEY")
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  turn, wrong, refused, right = 0, 0, 0, 0
  prepared = {}
  for number, row in ipairs(rows) do
    prepared[number] = wrk.format("POST", nil, {
      ["Content-Type"] = "application/json",
      ["Authorization"] = "Bearer " .. key,
      ["X-Request-Id"] = "r" .. number,
    }, row.body)
  end
end

function request()
  turn = turn % #prepared + 1
  return prepared[turn]
end

function response(status, headers, body)
  if status ~= 200 then
    refused = refused + 1
    return
  end
  local number = tonumber(string.match(body, '"request_id":"r(%d+)"'))
  if number ~= nil and string.find(body, rows[number].label, 1, true) == nil then
    wrong = wrong + 1
  else
    right = right + 1
  end
end

function done(summary, latency, requests)
  local totals = { wrong = 0, refused = 0, right = 0 }
  for _, thread in ipairs(threads) do
    for name in pairs(totals) do
      totals[name] = totals[name] + thread:get(name)
    end
  end
  local errors = summary.errors
  io.write(string.format(
    '\nJSON {"requests": %d, "duration_s": %.3f, "p50_ms": %.3f, "p99_ms": %.3f, "wrong": %d, "refused": %d, "right": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3,
    totals.wrong, totals.refused, totals.right, errors.connect + errors.read + errors.write + errors.timeout))
end
