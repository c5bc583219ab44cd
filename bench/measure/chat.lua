-- wrk: one non-stream chat a request. Arguments: name and value of the header that lets it in. Prints one line of JSON at the end.
function init(arguments)
    wrk.method = "POST"
    wrk.path = "/v1/chat/completions"
    wrk.headers["Content-Type"] = "application/json"
    wrk.headers[arguments[1]] = arguments[2]
    wrk.body = '{"model":"demo","messages":[{"role":"user","content":"What is the capital of France?"}]}'
end

function done(summary, latency)
    local errors = summary.errors
    print(string.format(
        '{"requests":%d,"seconds":%f,"p50_us":%f,"p99_us":%f,"errors":%d}', summary.requests,
        summary.duration / 1e6, latency:percentile(50), latency:percentile(99),
        errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
