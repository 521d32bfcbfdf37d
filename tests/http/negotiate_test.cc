#include "http/negotiate.h"

#include <zlib.h>

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/fields.h"

namespace matinee::http {
namespace {

WireResponse answer(Response response, std::map<std::string, std::string, std::less<>> fields,
                    Method method = Method::kGet, Access access = Access::kMedia) {
    const Fields source(std::move(fields));
    Request request;
    request.method = method;
    request.headers = &source;
    return negotiate(request, std::move(response), access);
}

std::string field(const WireResponse& wire, std::string_view name) {
    for (const auto& [key, value] : wire.headers) {
        if (key == name) return value;
    }
    return "(none)";
}

Response media() {
    Response response = Response::content(Body::text("0123456789"), "video/mp4");
    response.etag = "v1";
    response.ranges = Ranges::kBytes;
    response.cache_control = "public, max-age=60";
    return response;
}

Response playlist() {
    Response response = Response::text(std::string(1000, 'x'), "application/vnd.apple.mpegurl");
    response.etag = "p1";
    return response;
}

std::string gunzipped(const std::string& bytes) {
    z_stream stream{};
    inflateInit2(&stream, MAX_WBITS + 16);
    std::string out(1 << 20, '\0');
    std::string in = bytes;
    stream.next_in = reinterpret_cast<Bytef*>(in.data());
    stream.avail_in = static_cast<uInt>(in.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const int result = inflate(&stream, Z_FINISH);
    out.resize(result == Z_STREAM_END ? stream.total_out : 0);
    inflateEnd(&stream);
    return out;
}

TEST(ParseRange, ReadsTheFormsOfTheRfc) {
    using Kind = RangeRequest::Kind;
    const auto part = [](std::string_view text) {
        const RangeRequest range = parse_range(text, 10);
        EXPECT_EQ(range.kind, Kind::kPart) << text;
        return std::pair(range.range.offset, range.range.size);
    };
    EXPECT_EQ(part("bytes=0-4"), std::pair(0UL, 5UL));
    EXPECT_EQ(part("bytes=3-"), std::pair(3UL, 7UL));
    EXPECT_EQ(part("bytes=-4"), std::pair(6UL, 4UL));
    EXPECT_EQ(part("bytes=-400"), std::pair(0UL, 10UL));
    EXPECT_EQ(part("BYTES=8-400"), std::pair(8UL, 2UL));
    for (const char* text : {"bytes=10-", "bytes=-0", "bytes=99-100"}) {
        EXPECT_EQ(parse_range(text, 10).kind, Kind::kUnsatisfiable) << text;
    }
    for (const char* text : {"", "bytes", "bytes=", "bytes=-", "bytes=4-3", "bytes=a-b",
                             "lines=1-2", "bytes=0-1,3-4", "bytes=99999999999999999999-"}) {
        EXPECT_EQ(parse_range(text, 10).kind, Kind::kWhole) << text;
    }
}

TEST(AcceptsGzip, WeighsTheCodings) {
    EXPECT_TRUE(accepts_gzip("gzip"));
    EXPECT_TRUE(accepts_gzip("br;q=1.0, gzip;q=0.8, *;q=0.1"));
    EXPECT_TRUE(accepts_gzip("*"));
    EXPECT_FALSE(accepts_gzip(""));
    EXPECT_FALSE(accepts_gzip("gzip;q=0, *"));
    EXPECT_FALSE(accepts_gzip("gzip; q=0.000"));
    EXPECT_FALSE(accepts_gzip("br, identity"));
}

TEST(Negotiate, AnswersARangeWithItsPart) {
    const WireResponse wire = answer(media(), {{"Range", "bytes=2-5"}});
    EXPECT_EQ(wire.status, 206);
    EXPECT_EQ(wire.body.to_text(), "2345");
    EXPECT_EQ(wire.content_length, 4U);
    EXPECT_EQ(field(wire, "Content-Range"), "bytes 2-5/10");
    EXPECT_EQ(field(wire, "ETag"), "\"v1\"");
}

TEST(Negotiate, RefusesARangeBeyondTheEnd) {
    const WireResponse wire = answer(media(), {{"Range", "bytes=10-"}});
    EXPECT_EQ(wire.status, 416);
    EXPECT_EQ(field(wire, "Content-Range"), "bytes */10");
    EXPECT_EQ(field(wire, "Content-Type"), "application/problem+json");
    EXPECT_EQ(wire.content_length, wire.body.size());
}

TEST(Negotiate, GivesTheWholeWhenIfRangeNoLongerHolds) {
    EXPECT_EQ(answer(media(), {{"Range", "bytes=2-5"}, {"If-Range", "\"v1\""}}).status, 206);
    for (const char* tag : {"\"v0\"", "W/\"v1\"", "Mon, 23 Nov 2026 20:00:00 GMT"}) {
        const WireResponse wire = answer(media(), {{"Range", "bytes=2-5"}, {"If-Range", tag}});
        EXPECT_EQ(wire.status, 200) << tag;
        EXPECT_EQ(wire.body.size(), 10U) << tag;
    }
}

TEST(Negotiate, IgnoresRangesOfHeadAndOfBodiesWithoutThem) {
    EXPECT_EQ(answer(media(), {{"Range", "bytes=2-5"}}, Method::kHead).status, 200);
    EXPECT_EQ(answer(playlist(), {{"Range", "bytes=2-5"}}).status, 200);
}

TEST(Negotiate, AnswersAKnownTagWith304WithoutContent) {
    for (const char* tag : {"\"v1\"", "W/\"v1\"", "\"v0\", \"v1\"", "*"}) {
        const WireResponse wire = answer(media(), {{"If-None-Match", tag}});
        EXPECT_EQ(wire.status, 304) << tag;
        EXPECT_EQ(wire.body.size(), 0U);
        EXPECT_EQ(wire.content_length, std::nullopt);
        EXPECT_EQ(field(wire, "ETag"), "\"v1\"");
        EXPECT_EQ(field(wire, "Cache-Control"), "public, max-age=60");
    }
    EXPECT_EQ(answer(media(), {{"If-None-Match", "\"v2\""}}).status, 200);
    EXPECT_EQ(answer(media(), {{"If-None-Match", "v1"}}).status, 200);
}

TEST(Negotiate, CompressesTextForWhoAcceptsIt) {
    const WireResponse wire = answer(playlist(), {{"Accept-Encoding", "gzip"}});
    EXPECT_EQ(field(wire, "Content-Encoding"), "gzip");
    EXPECT_EQ(field(wire, "Vary"), "Accept-Encoding");
    EXPECT_EQ(field(wire, "ETag"), "W/\"p1\"");
    EXPECT_LT(wire.body.size(), 100U);
    EXPECT_EQ(wire.content_length, wire.body.size());
    EXPECT_EQ(gunzipped(wire.body.to_text()), std::string(1000, 'x'));

    const WireResponse plain = answer(playlist(), {});
    EXPECT_EQ(field(plain, "Content-Encoding"), "(none)");
    EXPECT_EQ(field(plain, "Vary"), "Accept-Encoding");
    EXPECT_EQ(plain.content_length, 1000U);
    EXPECT_EQ(field(answer(media(), {{"Accept-Encoding", "gzip"}}), "Content-Encoding"), "(none)");
}

TEST(Negotiate, SendsTheCallersCompressedBody) {
    Response response = playlist();
    response.gzip_body = Body::text("made before");
    EXPECT_EQ(answer(response, {{"Accept-Encoding", "gzip"}}).body.to_text(), "made before");
    EXPECT_EQ(answer(response, {}).body.size(), 1000U);
}

TEST(Negotiate, HeadHasTheLengthOfGetAndNoContent) {
    const WireResponse wire = answer(playlist(), {{"Accept-Encoding", "gzip"}}, Method::kHead);
    EXPECT_EQ(wire.body.size(), 0U);
    EXPECT_EQ(wire.content_length,
              answer(playlist(), {{"Accept-Encoding", "gzip"}}).content_length);
}

TEST(Negotiate, OpensMediaToOtherOriginsAndKeepsPagesClosed) {
    EXPECT_EQ(field(answer(media(), {}), "Access-Control-Allow-Origin"), "*");
    const WireResponse page = answer(Response::html("<p>"), {}, Method::kGet, Access::kPublic);
    EXPECT_EQ(field(page, "Access-Control-Allow-Origin"), "(none)");
    EXPECT_THAT(field(page, "Content-Security-Policy"), testing::HasSubstr("default-src 'self'"));
    EXPECT_EQ(field(page, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(field(page, "Cache-Control"), "no-store");
    EXPECT_EQ(field(page, "Strict-Transport-Security"), "(none)");
}

}  // namespace
}  // namespace matinee::http
