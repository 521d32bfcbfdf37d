#include "http/request_thread.h"

#include <pthread.h>

#include <array>
#include <exception>
#include <utility>

#include "http/problem.h"

namespace matinee::http {

namespace {

// What handlers of the API look at.
constexpr std::array kFields{"accept", "authorization", "content-type",   "cookie",
                             "host",   "if-match",      "if-none-match",  "last-event-id",
                             "origin", "user-agent",    "x-forwarded-for"};

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

Response busy() {
    Response response = problem(503, "Too many requests are waiting. Try again.");
    response.headers.emplace_back("Retry-After", "1");
    return response;
}

}  // namespace

KeptRequest::KeptRequest(const Request& request) : body_(base::as_text(request.body)) {
    for (const char* name : kFields) {
        if (const auto value = request.header(name)) fields_.emplace(name, *value);
    }
    request_ = request;
    request_.headers = this;
    request_.body = base::as_byte_span(body_);
    // The same parts of the path, in the copy.
    request_.parameters.clear();
    for (std::size_t i = 0; i < request.parameters.size(); ++i) {
        const auto& [name, value] = request.parameters.item(i);
        const std::size_t at = static_cast<std::size_t>(value.data() - request.path.data());
        request_.parameters.push(name, std::string_view(request_.path).substr(at, value.size()));
    }
}

std::optional<std::string_view> KeptRequest::find(std::string_view name) const {
    const auto found = fields_.find(lower(name));
    if (found == fields_.end()) return std::nullopt;
    return found->second;
}

RequestThread::RequestThread(std::size_t most_waiting)
    : most_waiting_(most_waiting), thread_([this] { run(); }) {}

RequestThread::~RequestThread() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wakeup_.notify_all();
    thread_.join();
    for (Task& task : waiting_) {
        task.respond(busy());
    }
}

Handler RequestThread::wrap(Handler handler) {
    const auto shared = std::make_shared<const Handler>(std::move(handler));
    return [this, shared](const Request&) {
        Response response;
        response.answer_later = [this, shared](const Request& request, Respond respond) {
            put({std::make_unique<KeptRequest>(request), shared, std::move(respond)});
        };
        return response;
    };
}

void RequestThread::put(Task task) {
    {
        const std::lock_guard lock(mutex_);
        if (waiting_.size() < most_waiting_ && !stopping_) {
            waiting_.push_back(std::move(task));
            wakeup_.notify_one();
            return;
        }
    }
    task.respond(busy());
}

void RequestThread::run() {
    ::pthread_setname_np(::pthread_self(), "requests");
    while (true) {
        Task task;
        {
            std::unique_lock lock(mutex_);
            wakeup_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
            if (stopping_) return;
            task = std::move(waiting_.front());
            waiting_.pop_front();
        }
        const Request& request = task.request->request();
        Response response;
        try {
            response = (*task.handler)(request);
        } catch (const std::exception& exception) {
            response = problem(Error(
                ErrorCode::kInternal,
                fmt::format("handling {}: {}", redacted_path(request.raw_path), exception.what())));
        }
        task.respond(std::move(response));
    }
}

}  // namespace matinee::http
