// A thread for requests that ask the database: those of the API. Viewers' threads stay free.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

#include "http/message.h"

namespace matinee::http {

// A request that outlives the connection it came by: a copy, with the fields that handlers look at.
class KeptRequest final : private HeaderSource {
  public:
    explicit KeptRequest(const Request& request);

    [[nodiscard]] const Request& request() const { return request_; }

  private:
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const override;

    std::map<std::string, std::string, std::less<>> fields_;  // by name in lower case
    std::string body_;
    Request request_;
};

// Answers one request after the other, in the order they came: whoever changes something sees it in
// the answer to the next request, and no two commands of one server run into each other.
//
// Thread-safe. What waits is bounded; beyond that the answer is 503, at once.
class RequestThread {
  public:
    explicit RequestThread(std::size_t most_waiting = 64);
    // Answers what waits with 503 and ends. Not before the server that uses it has stopped.
    ~RequestThread();
    RequestThread(const RequestThread&) = delete;
    RequestThread& operator=(const RequestThread&) = delete;

    // A handler that has `handler` called on this thread, which must outlive it.
    Handler wrap(Handler handler);

  private:
    struct Task {
        std::unique_ptr<KeptRequest> request;
        std::shared_ptr<const Handler> handler;
        Respond respond;
    };

    void run();
    void put(Task task);

    const std::size_t most_waiting_;
    std::mutex mutex_;  // guards what follows
    std::condition_variable wakeup_;
    std::deque<Task> waiting_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace matinee::http
