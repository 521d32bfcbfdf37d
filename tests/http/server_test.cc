#include "http/server.h"

#include <atomic>
#include <filesystem>
#include <future>
#include <mutex>
#include <numeric>
#include <set>
#include <thread>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/ssl.h>

#include "base/clock.h"
#include "http/problem.h"
#include "http/raw_client.h"
#include "support/temp_folder.h"

namespace matinee::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;
using testing::HasSubstr;

std::string pattern_bytes(std::size_t size) {
    std::string text(size, '\0');
    std::iota(text.begin(), text.end(), '\0');
    return text;
}

const std::shared_ptr<const std::string> kLarge =
    std::make_shared<const std::string>(pattern_bytes(16 << 20));

// A server on a free port, with routes to test it by.
class Running {
  public:
    explicit Running(
        const std::function<void(Server::Options&)>& change = [](auto&) {},
        const std::function<void(Router&)>& more = [](auto&) {}) {
        auto router = std::make_shared<Router>();
        const auto get = [&router](std::string pattern, std::string label, Handler handler) {
            EXPECT_TRUE(
                router->add({Method::kGet, std::move(pattern), std::move(label), Access::kMedia},
                            std::move(handler)));
        };
        get("/hello/{name}", "hello", [](const Request& request) {
            return Response::text("hello " + std::string(request.parameter("name")) + " " +
                                  std::string(request.query.find("q").value_or("")));
        });
        get("/large", "large", [](const Request&) {
            Response response = Response::content(Body::shared(kLarge), "video/mp4");
            response.etag = "large";
            response.ranges = Ranges::kBytes;
            return response;
        });
        get("/playlist", "playlist", [](const Request&) {
            Response response =
                Response::text(std::string(2000, '#'), "application/vnd.apple.mpegurl");
            response.etag = "list";
            return response;
        });
        get("/throws", "throws",
            [](const Request&) -> Response { throw std::runtime_error("a defect"); });
        get("/nothing", "nothing", [](const Request&) { return Response::empty(204); });
        get("/split", "split",
            [](const Request&) { return Response::redirect(302, "/a\r\nSet-Cookie: x=y"); });
        EXPECT_TRUE(router->add({Method::kPost, "/echo", "echo", Access::kStudio},
                                [](const Request& request) {
                                    return Response::text(std::string(base::as_text(request.body)));
                                }));
        more(*router);
        Server::Options options;
        options.listen.port = 0;
        options.threads = 2;
        change(options);
        auto started = Server::start(std::move(options), std::move(router), metrics);
        if (!started) throw std::runtime_error(started.error().to_string());
        server = std::move(started).value();
    }

    [[nodiscard]] std::uint16_t port() const { return server->port(); }

    Metrics metrics;
    std::unique_ptr<Server> server;
};

std::shared_ptr<TlsIdentity> identity_in(const test::TempFolder& folder) {
    return TlsIdentity::self_signed(folder.path(), {"localhost", "127.0.0.1"},
                                    std::make_shared<base::SystemClock>())
        .value();
}

TEST(Server, AnswersSeveralRequestsOnOneConnection) {
    const Running running;
    RawClient client(running.port());
    for (int i = 0; i < 3; ++i) {
        const auto response = client.get("/hello/%E7%94%B5?q=a+b");
        ASSERT_TRUE(response);
        EXPECT_EQ(response->status, 200);
        EXPECT_EQ(response->body, "hello 电 a b");
        EXPECT_EQ(response->headers.at("content-length"), std::to_string(response->body.size()));
        EXPECT_EQ(response->headers.at("access-control-allow-origin"), "*");
    }
}

// Counts what comes in; says how it ended.
class Counter final : public ContentReceiver {
  public:
    Counter(std::size_t most, std::promise<std::size_t>& broken) : most_(most), broken_(broken) {}
    ~Counter() override {
        if (!finished_) broken_.set_value(size_);
    }
    std::optional<Response> take(ByteSpan bytes) override {
        size_ += bytes.size();
        largest_ = std::max(largest_, bytes.size());
        if (size_ <= most_) return std::nullopt;
        finished_ = true;
        Response response = Response::text("enough");
        response.status = 413;
        return response;
    }
    Response finish() override {
        finished_ = true;
        return Response::text(
            fmt::format("{} {}", size_, largest_ < (1U << 20) ? "in pieces" : ""));
    }

  private:
    const std::size_t most_;
    std::promise<std::size_t>& broken_;
    std::size_t size_ = 0;
    std::size_t largest_ = 0;
    bool finished_ = false;
};

class Streaming {
  public:
    std::promise<std::size_t> broken;
    Running running{[](Server::Options& options) { options.max_body_bytes = 1000; },
                    [this](Router& router) {
                        EXPECT_TRUE(router.add_stream(
                            {Method::kPatch, "/stream", "stream", Access::kStudio},
                            [this](const Request& request)
                                -> std::variant<Response, std::unique_ptr<ContentReceiver>> {
                                if (request.header("X-Refuse")) return problem(409, "not now");
                                return std::make_unique<Counter>(8U << 20, broken);
                            }));
                    }};
};

TEST(Server, GivesContentOfAnyLengthToWhoTakesItAsItComes) {
    Streaming streaming;
    RawClient client(streaming.running.port());
    for (int i = 0; i < 2; ++i) {
        const auto response = client.request("PATCH", "/stream", "", pattern_bytes(5'000'000));
        ASSERT_TRUE(response);
        EXPECT_EQ(response->status, 200);
        EXPECT_EQ(response->body, "5000000 in pieces");
    }
    EXPECT_EQ(client.request("PATCH", "/stream", "")->body, "0 in pieces");
    EXPECT_EQ(client.get("/hello/you")->status, 200);
    // Other routes have their limit as ever.
    EXPECT_EQ(RawClient(streaming.running.port())
                  .request("POST", "/echo", "", std::string(1001, 'x'))
                  ->status,
              413);
}

TEST(Server, RefusesContentBeforeItComesAndWhileItDoes) {
    Streaming streaming;
    EXPECT_EQ(RawClient(streaming.running.port())
                  .request("PATCH", "/stream", "X-Refuse: 1\r\n", "some")
                  ->status,
              409);
    const auto response =
        RawClient(streaming.running.port()).request("PATCH", "/stream", "", pattern_bytes(9 << 20));
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 413);
    EXPECT_EQ(response->headers.at("connection"), "close");
}

TEST(Server, LetsGoOfWhoTakesContentThatBreaksOff) {
    Streaming streaming;
    {
        RawClient client(streaming.running.port());
        client.send("PATCH /stream HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\nhello");
    }
    EXPECT_EQ(streaming.broken.get_future().get(), 5U);
}

TEST(Server, AnswersRequestsThatComeTogether) {
    const Running running;
    RawClient client(running.port());
    ASSERT_TRUE(
        client.send("GET /hello/a HTTP/1.1\r\nHost: h\r\n\r\n"
                    "GET /hello/b HTTP/1.1\r\nHost: h\r\n\r\n"));
    EXPECT_EQ(client.read_response()->body, "hello a ");
    EXPECT_EQ(client.read_response()->body, "hello b ");
}

TEST(Server, HeadHasTheFieldsOfGetAndNoContent) {
    const Running running;
    RawClient client(running.port());
    const auto head = client.request("HEAD", "/large");
    ASSERT_TRUE(head);
    EXPECT_EQ(head->status, 200);
    EXPECT_EQ(head->headers.at("content-length"), std::to_string(kLarge->size()));
    const auto next = client.get("/hello/x");  // nothing of a body came between
    ASSERT_TRUE(next);
    EXPECT_EQ(next->body, "hello x ");
}

TEST(Server, SendsLargeBodiesAndTheirRanges) {
    const Running running;
    RawClient client(running.port());
    const auto whole = client.get("/large");
    ASSERT_TRUE(whole);
    EXPECT_TRUE(whole->body == *kLarge);
    const auto part = client.get("/large", "Range: bytes=1000000-2999999\r\n");
    ASSERT_TRUE(part);
    EXPECT_EQ(part->status, 206);
    EXPECT_TRUE(part->body == kLarge->substr(1'000'000, 2'000'000));
    EXPECT_EQ(part->headers.at("content-range"),
              "bytes 1000000-2999999/" + std::to_string(kLarge->size()));
    EXPECT_EQ(client.get("/large", "Range: bytes=99999999-\r\n")->status, 416);
}

TEST(Server, AnswersKnownTagsWith304WithoutALength) {
    const Running running;
    RawClient client(running.port());
    const auto response = client.get("/playlist", "If-None-Match: \"list\"\r\n");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 304);
    EXPECT_FALSE(response->headers.contains("content-length"));
    EXPECT_EQ(response->headers.at("etag"), "\"list\"");
    EXPECT_EQ(client.get("/nothing")->status, 204);
    EXPECT_EQ(client.get("/hello/x")->status, 200);
}

TEST(Server, CompressesPlaylists) {
    const Running running;
    RawClient client(running.port());
    const auto response = client.get("/playlist", "Accept-Encoding: gzip, br\r\n");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->headers.at("content-encoding"), "gzip");
    EXPECT_EQ(response->headers.at("vary"), "Accept-Encoding");
    EXPECT_LT(response->body.size(), 100U);
    EXPECT_TRUE(response->body.starts_with("\x1f\x8b"));
}

TEST(Server, TellsWhatIsMissingFromWhatIsNotAllowed) {
    const Running running;
    RawClient client(running.port());
    const auto missing = client.get("/no/such");
    ASSERT_TRUE(missing);
    EXPECT_EQ(missing->status, 404);
    EXPECT_EQ(missing->headers.at("content-type"), "application/problem+json");
    const auto refused = client.request("DELETE", "/large");
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, 405);
    EXPECT_EQ(refused->headers.at("allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(client.request("TRACE", "/large")->status, 405);
}

TEST(Server, AnswersPreflightRequestsForMediaOnly) {
    const Running running;
    RawClient client(running.port());
    const auto media = client.request("OPTIONS", "/large", "Origin: https://elsewhere\r\n");
    ASSERT_TRUE(media);
    EXPECT_EQ(media->status, 204);
    EXPECT_EQ(media->headers.at("access-control-allow-origin"), "*");
    EXPECT_THAT(media->headers.at("access-control-allow-headers"), HasSubstr("Range"));
    const auto studio = client.request("OPTIONS", "/echo", "Origin: https://elsewhere\r\n");
    ASSERT_TRUE(studio);
    EXPECT_FALSE(studio->headers.contains("access-control-allow-origin"));
    EXPECT_EQ(client.request("OPTIONS", "*")->status, 204);
}

TEST(Server, RefusesPathsThatClimb) {
    const Running running;
    for (const char* path : {"/hello/../../etc/passwd", "/hello/%2e%2e/x", "/hello/%2Fetc",
                             "/hello/a%00b", "/hello/%ff"}) {
        RawClient client(running.port());
        const auto response = client.get(path);
        ASSERT_TRUE(response) << path;
        EXPECT_TRUE(response->status == 400 || response->status == 404)
            << path << " " << response->status;
    }
}

TEST(Server, SurvivesHandlersThatThrow) {
    const Running running;
    testing::internal::CaptureStderr();
    RawClient client(running.port());
    const auto response = client.get("/throws");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 500);
    EXPECT_EQ(response->body.find("a defect"), std::string::npos);
    RawClient next(running.port());
    EXPECT_EQ(next.get("/hello/x")->status, 200);
    EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("a defect"));
}

TEST(Server, LetsNoHandlerSplitAResponse) {
    const Running running;
    testing::internal::CaptureStderr();
    RawClient client(running.port());
    const auto response = client.get("/split");
    testing::internal::GetCapturedStderr();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 302);
    EXPECT_FALSE(response->headers.contains("set-cookie"));
}

TEST(Server, AsksTheGuardBeforeTheHandler) {
    const Running running([](Server::Options& options) {
        options.guard = [](const Request&, const RouteSpec& spec) -> std::optional<Response> {
            if (spec.access == Access::kStudio) return Response::empty(401);
            return std::nullopt;
        };
    });
    RawClient client(running.port());
    EXPECT_EQ(client.request("POST", "/echo", "", "x")->status, 401);
    EXPECT_EQ(client.get("/hello/x")->status, 200);
}

TEST(Server, LimitsTheContentOfRequests) {
    const Running running([](Server::Options& options) { options.max_body_bytes = 1000; });
    {
        RawClient client(running.port());
        EXPECT_EQ(client.request("POST", "/echo", "", std::string(1000, 'a'))->body.size(), 1000U);
        EXPECT_EQ(client.request("POST", "/echo", "", std::string(1001, 'a'))->status, 413);
    }
    RawClient client(running.port());
    std::string chunks;
    for (int i = 0; i < 11; ++i) {
        chunks += "64\r\n" + std::string(100, 'a') + "\r\n";
    }
    ASSERT_TRUE(client.send("POST /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n" +
                            chunks + "0\r\n\r\n"));
    EXPECT_EQ(client.read_response()->status, 413);
    EXPECT_TRUE(client.reaches_end());
}

TEST(Server, LimitsTheHeadOfRequests) {
    const Running running([](Server::Options& options) { options.max_head_bytes = 4096; });
    RawClient client(running.port());
    EXPECT_EQ(client.get("/hello/x", "A: " + std::string(5000, 'a') + "\r\n")->status, 431);
    EXPECT_TRUE(client.reaches_end());

    // Without an end, it is cut off long before the head timeout.
    RawClient endless(running.port());
    endless.send("GET / HTTP/1.1\r\nA: ");
    const std::string kilobytes(16 << 10, 'a');
    const auto start = steady_clock::now();
    int sent = 0;
    while (sent < 1000 && endless.send(kilobytes)) {
        ++sent;
    }
    EXPECT_LT(sent, 1000);
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(Server, CutsOffClientsThatAreTooSlow) {
    Running running([](Server::Options& options) {
        options.head_timeout = milliseconds(150);
        options.idle_timeout = milliseconds(150);
        options.stall_timeout = milliseconds(150);
    });
    RawClient silent(running.port());
    RawClient half_a_head(running.port());
    half_a_head.send("GET /hello/x HTTP/1.1\r\nHo");
    RawClient half_a_body(running.port());
    half_a_body.send("POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
    RawClient idle(running.port());
    EXPECT_EQ(idle.get("/hello/x")->status, 200);
    RawClient not_reading(running.port());
    not_reading.shrink_receive_buffer();
    not_reading.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");

    EXPECT_TRUE(silent.reaches_end());
    EXPECT_TRUE(half_a_head.reaches_end());
    EXPECT_TRUE(half_a_body.reaches_end());
    EXPECT_TRUE(idle.reaches_end());
    // The server gives up on the last one while nobody reads: only then look at what came.
    while (running.metrics.route("large").totals().aborted == 0) {
        std::this_thread::yield();
    }
    EXPECT_TRUE(not_reading.reaches_end());
}

// A client that takes its time but goes on is served to the end.
TEST(Server, WaitsForClientsThatMakeProgress) {
    const Running running(
        [](Server::Options& options) { options.stall_timeout = milliseconds(400); });
    RawClient client(running.port());
    client.shrink_receive_buffer();
    client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    const auto start = steady_clock::now();
    std::size_t got = 0;
    while (steady_clock::now() - start < milliseconds(1200)) {
        const std::string some = client.read_some(16 << 10);
        ASSERT_FALSE(some.empty());
        got += some.size();
        std::this_thread::sleep_for(milliseconds(5));  // the pace of the client, not a wait
    }
    while (got < kLarge->size()) {
        const std::string some = client.read_some();
        ASSERT_FALSE(some.empty());
        got += some.size();
    }
    EXPECT_GE(got, kLarge->size());
}

TEST(Server, ServesManyClientsAtOnceOnAllItsThreads) {
    std::mutex mutex;
    std::set<std::thread::id> threads;
    const Running running(
        [](auto&) {},
        [&](Router& router) {
            EXPECT_TRUE(router.add({Method::kGet, "/thread", "thread", Access::kPublic},
                                   [&](const Request&) {
                                       const std::scoped_lock lock(mutex);
                                       threads.insert(std::this_thread::get_id());
                                       return Response::text("x");
                                   }));
        });
    std::vector<std::future<int>> clients;
    for (int i = 0; i < 16; ++i) {
        clients.push_back(std::async(std::launch::async, [&running] {
            RawClient client(running.port());
            int good = 0;
            for (int n = 0; n < 20; ++n) {
                const auto response = client.get(n % 5 == 0 ? "/playlist" : "/thread");
                good += response && response->status == 200 ? 1 : 0;
            }
            return good;
        }));
    }
    for (auto& client : clients) {
        EXPECT_EQ(client.get(), 20);
    }
    EXPECT_EQ(threads.size(), 2U);
}

// Routes that wait: /soon for two rounds, /never for good.
void add_waiting(Router& router, const std::shared_ptr<std::atomic<int>>& asked) {
    EXPECT_TRUE(
        router.add({Method::kGet, "/soon", "soon", Access::kMedia}, [asked](const Request&) {
            Response response = Response::text("there");
            if (++*asked < 3) response.ask_again_in = milliseconds(1);
            return response;
        }));
    EXPECT_TRUE(
        router.add({Method::kGet, "/never", "never", Access::kMedia}, [asked](const Request&) {
            ++*asked;
            Response response = Response::text("not yet");
            response.ask_again_in = milliseconds(1);
            return response;
        }));
}

TEST(Server, HoldsARequestUntilItsAnswerExists) {
    const auto asked = std::make_shared<std::atomic<int>>(0);
    const Running running([](auto&) {}, [&](Router& router) { add_waiting(router, asked); });
    RawClient client(running.port());
    for (int round = 1; round <= 2; ++round) {
        *asked = 0;
        EXPECT_EQ(client.get("/soon")->body, "there");
        EXPECT_EQ(*asked, 3);
    }
    EXPECT_EQ(client.get("/hello/x")->body, "hello x ") << "the connection goes on";
}

TEST(Server, AnswersWhatItHasToHeldRequestsWhenItStops) {
    const auto asked = std::make_shared<std::atomic<int>>(0);
    const Running running([](auto&) {}, [&](Router& router) { add_waiting(router, asked); });
    RawClient client(running.port());
    ASSERT_TRUE(client.send("GET /never HTTP/1.1\r\nHost: h\r\n\r\n"));
    while (*asked < 3)
        std::this_thread::yield();
    running.server->stop(std::chrono::seconds(20));
    const auto response = client.read_response();
    ASSERT_TRUE(response);
    EXPECT_EQ(response->body, "not yet");
}

TEST(Server, ForgetsHeldRequestsOfClientsThatLeave) {
    const auto asked = std::make_shared<std::atomic<int>>(0);
    const Running running([](auto&) {}, [&](Router& router) { add_waiting(router, asked); });
    {
        RawClient client(running.port());
        ASSERT_TRUE(client.send("GET /never HTTP/1.1\r\nHost: h\r\n\r\n"));
        while (*asked < 3)
            std::this_thread::yield();
    }
    running.server->stop(std::chrono::seconds(20));
    EXPECT_GE(*asked, 3);
}

TEST(Server, RefusesAPortThatIsTaken) {
    Running running;
    Server::Options options;
    options.listen.port = running.port();
    const auto second =
        Server::start(std::move(options), std::make_shared<Router>(), running.metrics);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code(), ErrorCode::kConflict);
}

TEST(Server, ClosesConnectionsBeyondTheLimit) {
    const Running running([](Server::Options& options) { options.max_connections = 1; });
    RawClient first(running.port());
    EXPECT_EQ(first.get("/hello/x")->status, 200);
    RawClient second(running.port());
    EXPECT_TRUE(second.reaches_end());
    EXPECT_EQ(first.get("/hello/x")->status, 200);
}

std::size_t open_descriptors() {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

class Stopping : public testing::TestWithParam<Transport> {};

TEST_P(Stopping, FinishesTheResponseUnderWay) {
    const test::TempFolder folder;
    Running running([&](Server::Options& options) {
        if (GetParam() == Transport::kTls) options.tls = identity_in(folder);
    });
    RawClient idle(running.port(), GetParam());
    EXPECT_EQ(idle.get("/hello/x")->status, 200);
    RawClient client(running.port(), GetParam());
    client.shrink_receive_buffer();
    client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    std::string got = client.read_some(1000);  // it is under way
    auto stopped = std::async(std::launch::async,
                              [&running] { running.server->stop(std::chrono::seconds(20)); });
    EXPECT_TRUE(idle.reaches_end());
    while (true) {
        const std::string more = client.read_some();
        if (more.empty()) break;
        got += more;
    }
    EXPECT_TRUE(got.ends_with(kLarge->substr(kLarge->size() - 1000)));
    EXPECT_EQ(got.size() - got.find("\r\n\r\n") - 4, kLarge->size());
    stopped.get();
    RawClient late(running.port());
    EXPECT_FALSE(late.connected());
}

TEST_P(Stopping, BreaksOffWhatIsNotDoneAtTheDeadline) {
    const test::TempFolder folder;
    Running running([&](Server::Options& options) {
        if (GetParam() == Transport::kTls) options.tls = identity_in(folder);
    });
    RawClient client(running.port(), GetParam());
    client.shrink_receive_buffer();
    client.send("GET /large HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_FALSE(client.read_some(1000).empty());
    const auto start = steady_clock::now();
    running.server->stop(milliseconds(100));
    EXPECT_LT(steady_clock::now() - start, std::chrono::seconds(5));
    EXPECT_EQ(running.metrics.route("large").totals().aborted, 1U);
}

// The client never reads and then says that it sends no more: the goodbye of TLS finds the
// socket's buffer full, and must not hold the thread up.
TEST_P(Stopping, AClientThatLeavesWithoutReadingHoldsNobodyUp) {
    const test::TempFolder folder;
    const Running running([&](Server::Options& options) {
        options.threads = 1;
        if (GetParam() == Transport::kTls) options.tls = identity_in(folder);
    });
    RawClient client(running.port(), GetParam());
    client.shrink_receive_buffer();
    client.send("GET /large HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
    EXPECT_FALSE(client.read_some(1000).empty());
    client.finish_sending();
    RawClient other(running.port(), GetParam());
    const auto response = other.get("/hello/x");
    ASSERT_TRUE(response);
    EXPECT_EQ(response->status, 200);
}

// libsoup by itself forgets such connections and keeps their descriptors.
TEST_P(Stopping, ClosesConnectionsThatClientsCloseBetweenRequests) {
    const test::TempFolder folder;
    const Running running([&](Server::Options& options) {
        if (GetParam() == Transport::kTls) options.tls = identity_in(folder);
    });
    EXPECT_EQ(RawClient(running.port(), GetParam()).get("/hello/x")->status, 200);
    const std::size_t before = open_descriptors();
    for (int i = 0; i < 50; ++i) {
        EXPECT_EQ(RawClient(running.port(), GetParam()).get("/hello/x")->status, 200);
    }
    const auto deadline = steady_clock::now() + std::chrono::seconds(10);
    while (running.metrics.render().find("\nmatinee_http_connections 0\n") == std::string::npos &&
           steady_clock::now() < deadline) {
        std::this_thread::yield();
    }
    EXPECT_LE(open_descriptors(), before);
}

TEST_P(Stopping, EndsAnIdleConnectionWithoutAWord) {
    const test::TempFolder folder;
    const Running running([&](Server::Options& options) {
        if (GetParam() == Transport::kTls) options.tls = identity_in(folder);
    });
    RawClient client(running.port(), GetParam());
    EXPECT_EQ(client.get("/hello/x")->status, 200);
    client.finish_sending();
    EXPECT_EQ(client.read_some(), "");
    EXPECT_TRUE(client.reaches_end());
}

INSTANTIATE_TEST_SUITE_P(Server, Stopping, testing::Values(Transport::kPlain, Transport::kTls),
                         [](const auto& parameter) {
                             return parameter.param == Transport::kTls ? "OverTls" : "OverTcp";
                         });

TEST(ServerTls, SpeaksTls12And13AndNothingOlder) {
    const test::TempFolder folder;
    const auto identity = identity_in(folder);
    const Running running([&](Server::Options& options) { options.tls = identity; });
    RawClient newest(running.port(), Transport::kTls);
    ASSERT_TRUE(newest.connected());
    EXPECT_EQ(newest.tls_version(), "TLSv1.3");
    EXPECT_EQ(newest.server_fingerprint(), identity->fingerprint());
    EXPECT_EQ(newest.get("/hello/x")->body, "hello x ");
    RawClient older(running.port(), RawClient::TlsOptions{TLS1_2_VERSION});
    ASSERT_TRUE(older.connected());
    EXPECT_EQ(older.tls_version(), "TLSv1.2");
    for (const int version : {TLS1_1_VERSION, TLS1_VERSION}) {
        EXPECT_FALSE(RawClient(running.port(), RawClient::TlsOptions{version}).connected());
    }
    RawClient plain(running.port());
    plain.send("GET /hello/x HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_TRUE(plain.reaches_end());
}

TEST(ServerTls, SendsLargeBodies) {
    const test::TempFolder folder;
    const Running running([&](Server::Options& options) { options.tls = identity_in(folder); });
    RawClient client(running.port(), Transport::kTls);
    const auto response = client.get("/large");
    ASSERT_TRUE(response);
    EXPECT_TRUE(response->body == *kLarge);
}

TEST(ServerTls, CutsOffHandshakesThatStall) {
    const test::TempFolder folder;
    const Running running([&](Server::Options& options) {
        options.tls = identity_in(folder);
        options.head_timeout = milliseconds(150);
    });
    RawClient silent(running.port());
    RawClient half_a_hello(running.port());
    half_a_hello.send("\x16\x03\x01");
    EXPECT_TRUE(silent.reaches_end());
    EXPECT_TRUE(half_a_hello.reaches_end());
}

TEST(ServerTls, GivesNewConnectionsTheNewCertificateAndKeepsTheOldOnesOpen) {
    const test::TempFolder folder;
    const test::TempFolder other;
    const auto identity = identity_in(folder);
    const auto next = identity_in(other);
    const Running running([&](Server::Options& options) {
        options.tls = identity;
        options.stall_timeout = milliseconds(200);  // makes the server look more often
    });
    RawClient before(running.port(), Transport::kTls);
    EXPECT_EQ(before.get("/hello/x")->status, 200);
    testing::internal::CaptureStderr();
    for (const char* name : {"server.key", "server.pem"}) {
        std::filesystem::rename(other.path() / name, folder.path() / name);
    }
    const auto deadline = steady_clock::now() + std::chrono::seconds(10);
    while (identity->fingerprint() != next->fingerprint() && steady_clock::now() < deadline) {
        std::this_thread::yield();
    }
    testing::internal::GetCapturedStderr();
    RawClient after(running.port(), Transport::kTls);
    ASSERT_TRUE(after.connected());
    EXPECT_EQ(after.server_fingerprint(), next->fingerprint());
    const auto still = before.get("/hello/x");
    ASSERT_TRUE(still);
    EXPECT_EQ(still->status, 200);
}

TEST(Server, CountsWhatItSends) {
    Running running;
    {
        RawClient client(running.port());
        EXPECT_EQ(client.get("/playlist")->status, 200);
        EXPECT_EQ(client.get("/nowhere")->status, 404);
        EXPECT_THAT(running.metrics.render(), HasSubstr("\nmatinee_http_connections 1\n"));
    }
    running.server->stop(std::chrono::seconds(5));
    const std::string text = running.metrics.render();
    EXPECT_THAT(text, HasSubstr("requests_total{route=\"playlist\",class=\"2xx\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("requests_total{route=\"unrouted\",class=\"4xx\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("response_bytes_total{route=\"playlist\"} 2000\n"));
    EXPECT_THAT(text, HasSubstr("\nmatinee_http_connections 0\n"));
}

}  // namespace
}  // namespace matinee::http
