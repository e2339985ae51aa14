-- wrk: sends the comment form, each time with another text from another person and address. With an
-- argument each connection waits about so many milliseconds between two.
local number, threads = 0, 0

function setup(made)
  threads = threads + 1
  made:set("own", threads)
end

function init(args)
  start = os.time()
  local pause = tonumber(args[1])
  if pause then
    function delay()
      return math.max(0, math.random(2 * pause) - 10) -- an answer takes some ten
    end
  end
  wrk.method = "POST"
  wrk.headers["Content-Type"] = "application/x-www-form-urlencoded"
  wrk.headers["Sec-Fetch-Site"] = "same-origin"
end

function request()
  number = number + 1
  -- Of the range that is set aside for examples; another one in each run, for nobody may send twice.
  local address = string.format("2001:db8:%x:%x::%x", start % 65536, own, number % 65536)
  wrk.headers["X-Forwarded-For"] = address
  local id = string.format("%d-%d-%d", start, own, number)
  local text = "The+rain+in+the+second+act+is+the+best+that+I+have+seen+this+year,+and+the+end+holds."
  local body = "name=Rita&website=&subject=&email=reader-" .. id .. "%40example.com&body=" .. text .. "+" .. id
  return wrk.format("POST", nil, nil, body)
end
