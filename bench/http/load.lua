-- Sends requests that lie one behind another in a file, all of one length, from the one with a given
-- number on: wrk -s load.lua URL -- FILE LENGTH FIRST
function init(args)
  local file = assert(io.open(args[1], 'rb'))
  requests = file:read('*a')
  file:close()
  length = tonumber(args[2])
  count = #requests / length
  at = tonumber(args[3]) % count
end

function request()
  local start = at * length
  at = at + 1
  if at == count then at = 0 end
  return string.sub(requests, start + 1, start + length)
end
