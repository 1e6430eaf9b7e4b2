-- FreeSWITCH asks before it bridges: mod_lua and mod_curl. In the dialplan:
--   <action application="lua" data="freeswitch.lua"/>
-- with the channel variables case_id and collector_id. Put this file into the folder of scripts.

local URL = os.getenv("GUARD_URL") or "http://127.0.0.1:8787"
local TOKEN = os.getenv("GUARD_TOKEN")
local AGENCY = "澜川启衡信用管理有限公司"
local GATEWAY = "sofia/gateway/carrier/"

-- Only what cannot end a text of JSON gets into it.
local function safe(value)
    return (string.gsub(value or "", "[^%w%-%._@+]", ""))
end

local function question(uuid, case, collector, number)
    return string.format(
        '{"attempt": {"event_id": "%s", "case_id": "%s", "agency": "%s", "collector": {"id": "%s"}, '
            .. '"channel": "call", "direction": "outbound", "recipient": {"number": "%s"}}}',
        safe(uuid), safe(case), AGENCY, safe(collector), safe(number))
end

-- A field of an answer whose value is a plain word.
local function field(answer, name)
    return string.match(answer or "", '^{.-"' .. name .. '":"(%w+)"')
end

local function ask(body)
    local api = freeswitch.API()
    local headers = "content-type application/json connect-timeout 1 timeout 2"
    if TOKEN then
        headers = headers .. " append_headers 'Authorization: Bearer " .. TOKEN .. "'"
    end
    return api:execute("curl", URL .. "/v1/check " .. headers .. " post " .. body)
end

if session then
    local number = session:getVariable("destination_number")
    local answer = ask(question(session:get_uuid(), session:getVariable("case_id"),
        session:getVariable("collector_id"), number))
    -- Whatever is not an allow is no call.
    if field(answer, "decision") == "allow" then
        session:setVariable("guard_token", field(answer, "token"))
        session:execute("bridge", GATEWAY .. safe(number))
    else
        session:setVariable("guard_reason", field(answer, "disposition") or "CGFAIL")
        session:hangup("CALL_REJECTED")
    end
end

return { question = question, field = field }
