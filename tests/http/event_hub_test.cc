// Events over HTTP, from the hub to a client's socket.
#include "http/event_hub.h"

#include <atomic>
#include <condition_variable>
#include <future>
#include <mutex>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/problem.h"
#include "http/raw_client.h"
#include "http/request_thread.h"
#include "http/server.h"

namespace matinee::http {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using testing::Not;

// A server with one stream of events, and a request that another thread answers.
class Newsroom {
  public:
    explicit Newsroom(EventHub::Options options = {}, Server::Options server_options = {})
        : hub(options) {
        auto router = std::make_shared<Router>();
        must(router->add({Method::kGet, "/events", "events", Access::kPublic},
                         [this](const Request& request) {
                             std::optional<std::int64_t> last;
                             if (const auto id = request.header("Last-Event-ID")) {
                                 last = std::stoll(std::string(*id));
                             }
                             auto stream = hub.listen(
                                 last, [](const Event& event) { return event.type != "secret"; },
                                 [this] { return allowed.load(); });
                             if (!stream) return problem(stream.error());
                             Response response = Response::content(Body(), "text/event-stream");
                             response.stream = *stream;
                             return response;
                         }));
        must(router->add({Method::kPost, "/slow/{name}", "slow", Access::kPublic},
                         thread.wrap([this](const Request& request) {
                             std::unique_lock lock(mutex);
                             ++started;
                             changed.notify_all();
                             changed.wait(lock, [this] { return open; });
                             return Response::text(std::string(request.parameter("name")) + "=" +
                                                   std::string(base::as_text(request.body)));
                         })));
        must(router->add({Method::kGet, "/quick", "quick", Access::kPublic},
                         [](const Request&) { return Response::text("quick"); }));
        server_options.listen.port = 0;
        server_options.threads = 1;
        auto started_server = Server::start(std::move(server_options), router, metrics);
        if (!started_server) throw std::runtime_error(started_server.error().to_string());
        server = *std::move(started_server);
    }

    static void must(Result<void> result) {
        if (!result) throw std::runtime_error(result.error().to_string());
    }

    void let_go() {
        const std::lock_guard lock(mutex);
        open = true;
        changed.notify_all();
    }
    void wait_until_started(int count) {
        std::unique_lock lock(mutex);
        changed.wait(lock, [&] { return started >= count; });
    }

    EventHub hub;
    std::atomic<bool> allowed{true};
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false;
    int started = 0;
    Metrics metrics;
    RequestThread thread{2};
    std::unique_ptr<Server> server;
};

// Reads until `text` has come.
std::string read_until(RawClient& client, std::string_view text) {
    std::string all;
    while (all.find(text) == std::string::npos) {
        const std::string more = client.read_some();
        if (more.empty()) break;
        all += more;
    }
    return all;
}

std::string listen(RawClient& client, std::string_view fields = "") {
    client.send(fmt::format("GET /events HTTP/1.1\r\nHost: x\r\n{}\r\n", fields));
    return read_until(client, "event: hello");
}

TEST(Events, ComeAsTheyHappen) {
    Newsroom newsroom;
    RawClient client(newsroom.server->port());
    const std::string head = listen(client);
    EXPECT_THAT(head, HasSubstr("200 OK"));
    EXPECT_THAT(head, HasSubstr("text/event-stream"));
    EXPECT_THAT(head, HasSubstr("no-store"));
    newsroom.hub.publish({1, "entry", R"({"id": "a"})"});
    EXPECT_THAT(read_until(client, "\"a\""),
                HasSubstr("id: 1\nevent: entry\ndata: {\"id\": \"a\"}"));
    newsroom.hub.publish({2, "secret", "{}"});
    newsroom.hub.publish({3, "job", R"({"id": "b"})"});
    EXPECT_THAT(read_until(client, "\"b\""), Not(HasSubstr("secret")));
}

TEST(Events, FollowFromTheLastOneThatCame) {
    Newsroom newsroom;
    for (int id = 1; id <= 5; ++id)
        newsroom.hub.publish({id, "entry", fmt::format("{{\"id\": \"e{}\"}}", id)});
    RawClient client(newsroom.server->port());
    const std::string head = listen(client, "Last-Event-ID: 3\r\n");
    const std::string all = head + read_until(client, "\"e5\"");
    EXPECT_THAT(all, Not(HasSubstr("\"e3\"")));
    EXPECT_THAT(all, HasSubstr("\"e4\""));
    EXPECT_THAT(all, Not(HasSubstr("reset")));
}

TEST(Events, SayThatTheyAreNotAllKnownAnyMore) {
    Newsroom newsroom({.kept = 3});
    for (int id = 1; id <= 9; ++id)
        newsroom.hub.publish({id, "entry", "{}"});
    for (const char* id : {"2", "77"}) {
        RawClient client(newsroom.server->port());
        client.send(
            fmt::format("GET /events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: {}\r\n\r\n", id));
        EXPECT_THAT(read_until(client, "event: reset"), HasSubstr("id: 9\nevent: reset")) << id;
    }
}

TEST(Events, AreKeptOnceHoweverSlowAListenerIs) {
    Newsroom newsroom({.kept = 10});
    auto stream = newsroom.hub.listen(
        {}, [](const Event&) { return true; }, [] { return true; });
    ASSERT_TRUE(stream);
    (*stream)->open([] {});
    (*stream)->next();
    for (int id = 1; id <= 1000; ++id)
        newsroom.hub.publish({id, "entry", "{}"});
    const std::string piece = (*stream)->next().bytes;
    EXPECT_THAT(piece, HasSubstr("reset"));
    EXPECT_LT(piece.size(), 1000U);
    newsroom.hub.publish({1001, "entry", "{}"});
    EXPECT_THAT((*stream)->next().bytes, HasSubstr("id: 1001"));
}

TEST(Events, BeatWhenNothingHappens) {
    Newsroom newsroom({.heartbeat = milliseconds(1)});
    RawClient client(newsroom.server->port());
    listen(client);
    EXPECT_THAT(read_until(client, ": still here"), HasSubstr(": still here"));
}

TEST(Events, EndForWhoeverMayNotListenAnyMore) {
    Newsroom newsroom;
    RawClient client(newsroom.server->port());
    listen(client);
    newsroom.allowed = false;
    newsroom.hub.publish({1, "entry", R"({"id": "a"})"});
    const std::string rest = read_until(client, "0\r\n\r\n");
    EXPECT_THAT(rest, HasSubstr("goodbye"));
    EXPECT_THAT(rest, Not(HasSubstr("\"a\"")));
    // The connection is as good as before.
    EXPECT_EQ(client.get("/quick")->body, "quick");
    EXPECT_EQ(newsroom.hub.listeners(), 0U);
}

TEST(Events, AreForSoManyListenersAndNoMore) {
    Newsroom newsroom({.most_listeners = 1});
    RawClient first(newsroom.server->port());
    listen(first);
    RawClient second(newsroom.server->port());
    const auto refused = second.get("/events");
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 503);
    EXPECT_TRUE(refused->headers.contains("retry-after"));
}

TEST(Events, CutOffAClientThatDoesNotRead) {
    Server::Options options;
    options.stall_timeout = milliseconds(200);
    Newsroom newsroom({.kept = 100'000}, options);
    RawClient client(newsroom.server->port());
    client.shrink_receive_buffer();
    listen(client);
    const std::string data = "{\"x\": \"" + std::string(8000, 'x') + "\"}";
    // Enough to fill whatever lies between, and then nothing is taken.
    for (int id = 1; id <= 2000; ++id)
        newsroom.hub.publish({id, "entry", data});
    while (newsroom.hub.listeners() > 0)
        std::this_thread::yield();
    EXPECT_THAT(newsroom.metrics.render(), HasSubstr("matinee_http_cut_connections_total 1"));
}

TEST(Events, DoNotHoldUpAStop) {
    Newsroom newsroom;
    RawClient client(newsroom.server->port());
    listen(client);
    newsroom.server->stop(std::chrono::hours(1));
    EXPECT_TRUE(client.reaches_end());
}

TEST(RequestsAside, KeepNobodyWaiting) {
    Newsroom newsroom;
    RawClient slow(newsroom.server->port());
    slow.send("POST /slow/tea HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\ngood");
    newsroom.wait_until_started(1);
    // The one thread of this server answers others meanwhile.
    RawClient quick(newsroom.server->port());
    EXPECT_EQ(quick.get("/quick")->body, "quick");
    newsroom.let_go();
    const auto answer = slow.read_response();
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "tea=good");
    EXPECT_EQ(slow.get("/quick")->body, "quick");
}

TEST(RequestsAside, AreRefusedWhenTooManyWait) {
    std::promise<void> open;
    std::promise<void> started;
    std::atomic<bool> first{true};
    std::vector<int> statuses(4);
    std::vector<std::future<void>> answered;
    {
        RequestThread thread(2);
        const Handler handler = thread.wrap([&](const Request&) {
            if (first.exchange(false)) {
                started.set_value();
                open.get_future().wait();
            }
            return Response::text("done");
        });
        for (std::size_t i = 0; i < statuses.size(); ++i) {
            const auto answer = std::make_shared<std::promise<void>>();
            answered.push_back(answer->get_future());
            const Request request;
            handler(request).answer_later(request, [&statuses, i, answer](Response response) {
                statuses[i] = response.status;
                answer->set_value();
            });
            if (i == 0) started.get_future().wait();
        }
        open.set_value();
        for (auto& each : answered)
            each.wait();
    }
    EXPECT_EQ(statuses, (std::vector<int>{200, 200, 200, 503}));
}

TEST(RequestsAside, MayOutliveTheirClient) {
    Newsroom newsroom;
    {
        RawClient client(newsroom.server->port());
        client.send("POST /slow/a HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
        newsroom.wait_until_started(1);
    }
    newsroom.let_go();
    RawClient next(newsroom.server->port());
    EXPECT_EQ(next.request("POST", "/slow/b", "", "c")->body, "b=c");
}

}  // namespace
}  // namespace matinee::http
