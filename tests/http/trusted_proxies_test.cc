#include "http/trusted_proxies.h"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/fields.h"

namespace matinee::http {
namespace {

using testing::HasSubstr;

TrustedProxies trusting(std::vector<std::string> networks,
                        ForwardedFields fields = ForwardedFields::kXForwarded) {
    return TrustedProxies::create(networks, fields).value();
}

std::string address(const TrustedProxies& proxies, const std::string& peer, const Fields& fields) {
    return proxies.client({peer, true}, fields).address;
}

TEST(TrustedProxies, BelieveNobodyElse) {
    const TrustedProxies proxies = trusting({"10.0.0.0/8", "fd00::/8"});
    const Fields claims{{"X-Forwarded-For", "1.2.3.4"},
                        {"X-Forwarded-Proto", "http"},
                        {"Forwarded", "for=5.6.7.8"}};
    const auto spoofed = proxies.client({"192.0.2.9", true}, claims);
    EXPECT_EQ(spoofed.address, "192.0.2.9");
    EXPECT_TRUE(spoofed.secure);
    EXPECT_EQ(address(proxies, "10.1.2.3", claims), "1.2.3.4");
    EXPECT_EQ(address(proxies, "fd00::1", claims), "1.2.3.4");
    EXPECT_EQ(address(proxies, "::ffff:10.1.2.3", claims), "1.2.3.4");
    EXPECT_EQ(address(trusting({}), "10.1.2.3", claims), "10.1.2.3");
}

// Whatever a client has written itself stands before what the proxy has added.
TEST(TrustedProxies, TakeTheLastAddressThatNoneOfThemHas) {
    const TrustedProxies proxies = trusting({"10.0.0.0/8"});
    EXPECT_EQ(address(proxies, "10.0.0.1",
                      {{"X-Forwarded-For", "127.0.0.1, 8.8.8.8, 192.0.2.7, 10.0.0.2"}}),
              "192.0.2.7");
    EXPECT_EQ(address(proxies, "10.0.0.1", {{"X-Forwarded-For", "10.0.0.3, 10.0.0.2"}}),
              "10.0.0.3");
}

TEST(TrustedProxies, StopAtWhatIsNoAddress) {
    const TrustedProxies proxies = trusting({"10.0.0.0/8"});
    for (const char* nonsense : {"", "unknown", "192.0.2.7, <script>", "192.0.2.7, ", "1.2.3.4.5",
                                 "[::1", "\"192.0.2.7"}) {
        EXPECT_EQ(address(proxies, "10.0.0.1", {{"X-Forwarded-For", nonsense}}), "10.0.0.1")
            << nonsense;
    }
    EXPECT_EQ(address(proxies, "10.0.0.1", {{"X-Forwarded-For", "unknown, 10.0.0.2"}}), "10.0.0.2");
    EXPECT_EQ(address(proxies, "10.0.0.1", {{"X-Forwarded-For", "192.0.2.7:4711"}}), "192.0.2.7");
    EXPECT_EQ(address(proxies, "10.0.0.1", {{"X-Forwarded-For", "[2001:DB8::7]:4711"}}),
              "2001:db8::7");
}

TEST(TrustedProxies, SayWhetherTheClientSpeaksHttps) {
    const TrustedProxies proxies = trusting({"10.0.0.0/8"});
    const auto secure = [&](const std::string& addresses, const std::string& schemes) {
        return proxies
            .client({"10.0.0.1", true},
                    Fields{{"X-Forwarded-For", addresses}, {"X-Forwarded-Proto", schemes}})
            .secure;
    };
    EXPECT_FALSE(secure("192.0.2.7", "http"));
    EXPECT_TRUE(secure("192.0.2.7", "HTTPS"));
    EXPECT_TRUE(secure("192.0.2.7", "gopher"));
    EXPECT_TRUE(secure("192.0.2.7, 10.0.0.2", "https, http"));
    EXPECT_FALSE(secure("192.0.2.7, 10.0.0.2", "http"));
    // The client's own claim, before the proxy's.
    EXPECT_FALSE(secure("192.0.2.7", "https, http"));
}

TEST(TrustedProxies, ReadForwardedWhereThatIsWhatTheyWrite) {
    const TrustedProxies proxies = trusting({"10.0.0.0/8"}, ForwardedFields::kForwarded);
    const auto client = proxies.client(
        {"10.0.0.1", true},
        Fields{
            {"Forwarded",
             R"(for=9.9.9.9;proto=https, For="[2001:db8::7]:80" ; Proto=http;by="a,b;c", for=10.0.0.2;proto=https)"},
            {"X-Forwarded-For", "1.1.1.1"}});
    EXPECT_EQ(client.address, "2001:db8::7");
    EXPECT_FALSE(client.secure);
    EXPECT_EQ(address(proxies, "10.0.0.1", {{"X-Forwarded-For", "1.1.1.1"}}), "10.0.0.1");
    EXPECT_EQ(address(proxies, "10.0.0.1", {{"Forwarded", "for=_hidden"}}), "10.0.0.1");
    // And the other way round: a client's Forwarded goes through proxies that don't know it.
    EXPECT_EQ(address(trusting({"10.0.0.0/8"}), "10.0.0.1",
                      {{"Forwarded", "for=1.1.1.1"}, {"X-Forwarded-For", "192.0.2.7"}}),
              "192.0.2.7");
}

TEST(TrustedProxies, AreAddressesOrNetworks) {
    for (const std::string wrong : {"", "proxy.example", "10.0.0.0/33", "10.0.0.1/8x"}) {
        const auto refused = TrustedProxies::create(std::vector{wrong});
        ASSERT_FALSE(refused) << wrong;
        EXPECT_THAT(refused.error().to_string(), HasSubstr("10.0.0.0/8"));
    }
}

}  // namespace
}  // namespace matinee::http
