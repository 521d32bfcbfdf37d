#include "http/event_hub.h"

#include <algorithm>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace matinee::http {

namespace {

using std::chrono::steady_clock;

// How much is handed to a connection at once.
constexpr std::size_t kPieceBytes = 16 * 1024;

std::string text_of(const Event& event) {
    std::string text;
    if (event.id > 0) text = fmt::format("id: {}\n", event.id);
    text += fmt::format("event: {}\ndata: {}\n\n", event.type, event.data);
    return text;
}

}  // namespace

// Listeners hold it as well: a stream may outlive the hub by the moment it takes to end it.
struct EventHub::Shared {
    Options options;
    mutable std::mutex mutex;  // guards what follows
    std::deque<std::pair<std::uint64_t, std::shared_ptr<const Event>>> events;  // by our own count
    std::uint64_t next = 1;      // count of the next event
    std::int64_t forgotten = 0;  // the newest id that is not among `events` any more
    std::int64_t newest = 0;     // id
    std::function<std::vector<Event>()> greet;
    std::map<Listener*, std::function<void()>> listeners;
    std::size_t count = 0;
    bool closed = false;
};

class EventHub::Listener final : public Stream {
  public:
    // Counted already.
    Listener(std::shared_ptr<Shared> shared, std::uint64_t from, std::string greeting,
             Filter filter, Allowed allowed)
        : shared_(std::move(shared)),
          filter_(std::move(filter)),
          allowed_(std::move(allowed)),
          next_(from),
          greeting_(std::move(greeting)),
          spoke_(steady_clock::now()) {}

    ~Listener() override {
        const std::lock_guard lock(shared_->mutex);
        shared_->listeners.erase(this);
        --shared_->count;
    }

    void open(std::function<void()> wake) override {
        const std::lock_guard lock(shared_->mutex);
        shared_->listeners.emplace(this, std::move(wake));
    }

    Piece next() override {
        if (!allowed_()) {
            return {text_of({0, "goodbye", R"({"reason": "You may not listen any more."})"}), true};
        }
        Piece piece{std::exchange(greeting_, {}), false};
        const auto events = take(piece);
        for (const auto& event : events) {
            if (filter_(*event)) piece.bytes += text_of(*event);
        }
        const auto now = steady_clock::now();
        if (piece.bytes.empty() && now - spoke_ >= shared_->options.heartbeat) {
            piece.bytes = ": still here\n\n";
        }
        if (!piece.bytes.empty()) spoke_ = now;
        return piece;
    }

  private:
    // What is to be told next, but not too much of it.
    std::vector<std::shared_ptr<const Event>> take(Piece& piece) {
        std::vector<std::shared_ptr<const Event>> taken;
        const std::lock_guard lock(shared_->mutex);
        piece.last = shared_->closed;
        if (!shared_->events.empty() && next_ < shared_->events.front().first) {
            piece.bytes += reset_text(shared_->newest);
            next_ = shared_->next;
        }
        std::size_t bytes = 0;
        const auto begin = std::ranges::lower_bound(shared_->events, next_, {},
                                                    [](const auto& each) { return each.first; });
        for (auto each = begin; each != shared_->events.end() && bytes < kPieceBytes; ++each) {
            taken.push_back(each->second);
            bytes += each->second->data.size();
            next_ = each->first + 1;
        }
        return taken;
    }

  public:
    static std::string reset_text(std::int64_t newest) {
        return fmt::format("id: {}\nevent: reset\ndata: {{}}\n\n", newest);
    }

  private:
    const std::shared_ptr<Shared> shared_;
    const Filter filter_;
    const Allowed allowed_;
    std::uint64_t next_;
    std::string greeting_;
    steady_clock::time_point spoke_;
};

EventHub::EventHub() : EventHub(Options()) {}

EventHub::EventHub(Options options) : shared_(std::make_shared<Shared>()) {
    shared_->options = options;
}

EventHub::~EventHub() {
    const std::lock_guard lock(shared_->mutex);
    shared_->closed = true;
    shared_->greet = nullptr;
    for (const auto& [listener, wake] : shared_->listeners)
        wake();
}

void EventHub::publish(Event event) {
    const std::lock_guard lock(shared_->mutex);
    if (event.id > 0) shared_->newest = event.id;
    shared_->events.emplace_back(shared_->next++, std::make_shared<const Event>(std::move(event)));
    if (shared_->events.size() > shared_->options.kept) {
        const Event& oldest = *shared_->events.front().second;
        if (oldest.id > 0) shared_->forgotten = oldest.id;
        shared_->events.pop_front();
    }
    for (const auto& [listener, wake] : shared_->listeners)
        wake();
}

void EventHub::start_after(std::int64_t id) {
    const std::lock_guard lock(shared_->mutex);
    shared_->forgotten = id;
    shared_->newest = std::max(shared_->newest, id);
}

void EventHub::on_listener(std::function<std::vector<Event>()> greet) {
    const std::lock_guard lock(shared_->mutex);
    shared_->greet = std::move(greet);
}

Result<std::shared_ptr<Stream>> EventHub::listen(std::optional<std::int64_t> last_event_id,
                                                 Filter filter, Allowed allowed) {
    std::function<std::vector<Event>()> greet;
    {
        const std::lock_guard lock(shared_->mutex);
        greet = shared_->greet;
    }
    // Not under the lock: it looks at channels. What happens meanwhile is told as well.
    const std::vector<Event> present = greet ? greet() : std::vector<Event>();
    const std::lock_guard lock(shared_->mutex);
    if (shared_->count >= shared_->options.most_listeners || shared_->closed) {
        return fail(ErrorCode::kUnavailable,
                    "{} clients listen already, which is as many as may; try again later",
                    shared_->count);
    }
    std::uint64_t from = shared_->next;
    std::string greeting = "retry: 2000\n";
    greeting += fmt::format("id: {}\nevent: hello\ndata: {{}}\n\n",
                            last_event_id.value_or(shared_->newest));
    if (last_event_id) {
        const bool known =
            *last_event_id >= shared_->forgotten && *last_event_id <= shared_->newest;
        if (known) {
            // Events without an id are of the moment: what is now is told below.
            const auto first = std::ranges::find_if(shared_->events, [&](const auto& each) {
                return each.second->id > *last_event_id;
            });
            if (first != shared_->events.end()) from = first->first;
        } else {
            greeting += Listener::reset_text(shared_->newest);
        }
    }
    for (const Event& event : present) {
        if (filter(event)) greeting += text_of(event);
    }
    ++shared_->count;
    return std::shared_ptr<Stream>(std::make_shared<Listener>(
        shared_, from, std::move(greeting), std::move(filter), std::move(allowed)));
}

std::size_t EventHub::listeners() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->count;
}

}  // namespace matinee::http
