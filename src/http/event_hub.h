// Server-sent events (HTML Living Standard, section 9.2): what changes, told to whoever listens.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "http/message.h"

namespace matinee::http {

// Something that has changed.
struct Event {
    std::int64_t id = 0;    // of the journal, rising; 0: it is in no journal, and not sent again
    std::string type;       // "entry", "job", "airing" ...
    std::string data;       // JSON, on one line
    std::string channel{};  // which one it is about; empty: none
};

// Passes events on to streams. Memory is bounded: so many events are kept, once for all streams,
// and a listener who is further behind is told to read anew ("reset"). Thread-safe.
class EventHub {
  public:
    struct Options {
        std::size_t kept = 1024;
        std::size_t most_listeners = 256;
        std::chrono::milliseconds heartbeat{15'000};
    };
    // Whether a listener may know of it; asked for each event, so that what somebody may see can
    // change while they listen. Called on the server's threads.
    using Filter = std::function<bool(const Event&)>;
    // Whether the listener may listen still.
    using Allowed = std::function<bool()>;

    EventHub();
    explicit EventHub(Options options);
    ~EventHub();
    EventHub(const EventHub&) = delete;
    EventHub& operator=(const EventHub&) = delete;

    // Ids rise; those that are not there have never been.
    void publish(Event event);

    // What came before the first event is not known: `id` is the newest of that.
    void start_after(std::int64_t id);

    // What a listener gets first, after "hello": the state of what no journal has. May be empty.
    void on_listener(std::function<std::vector<Event>()> greet);

    // A stream of what is published from now on, and of what has been since `last_event_id` where
    // that is still known; a "reset" otherwise. kUnavailable when there are too many.
    Result<std::shared_ptr<Stream>> listen(std::optional<std::int64_t> last_event_id, Filter filter,
                                           Allowed allowed);

    [[nodiscard]] std::size_t listeners() const;

  private:
    class Listener;
    struct Shared;
    std::shared_ptr<Shared> shared_;
};

}  // namespace matinee::http
