#include "http/guide.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <regex>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <pugixml.hpp>

#include "support/temp_folder.h"

namespace matinee::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Instant kFirst{milliseconds(1'795'464'000'700)};  // 2026-11-23T20:00:00.700Z
constexpr std::string_view kBase = "https://cinema.example:8443";

GuideEntry film(const std::string& id) {
    GuideEntry entry;
    entry.id = id;
    entry.titles = {{"en", "The " + id}, {"zh", "纸船"}, {"ru", "Кораблики"}};
    entry.author = "林小满";
    entry.country = "CN";
    entry.metadata.synopsis = {{"en", "A boat\nsails."}, {"ru", "Кораблик"}};
    entry.metadata.categories = {{{"und", "Animation"}}, {{"en", "Short"}, {"ru", "Короткий"}}};
    entry.metadata.content_notes = {{{"en", "flashing lights"}, {"ru", "вспышки"}}};
    entry.subtitles = {"ru", "zh-Hant"};
    entry.has_poster = true;
    return entry;
}

// Airings of ten minutes and a third of a second that follow each other.
std::shared_ptr<const GuideChannel> channel(const std::string& id, std::vector<GuideEntry> films) {
    auto channel = std::make_shared<GuideChannel>();
    channel->id = id;
    channel->title = "Channel " + id;
    Instant at = kFirst;
    for (GuideEntry& entry : films) {
        const Instant end = at + minutes(10) + milliseconds(333);
        channel->programmes.push_back(
            {at, end, std::make_shared<const GuideEntry>(std::move(entry))});
        at = end;
    }
    return channel;
}

pugi::xml_document parsed(const std::string& text) {
    pugi::xml_document document;
    const auto result = document.load_string(text.c_str(), pugi::parse_full);
    EXPECT_TRUE(result) << result.description() << "\n" << text;
    return document;
}

std::vector<std::string> texts(const pugi::xml_node& parent, const char* name) {
    std::vector<std::string> all;
    for (const auto& node : parent.children(name)) {
        all.push_back(std::string(node.attribute("lang").value()) + "|" + node.text().get());
    }
    return all;
}

// Whether an element's children are of `model` (as a DTD would have it, one space after each) and
// so for all below.
const std::map<std::string, std::string, std::less<>> kModel = {
    {"tv", "(channel )*(programme )*"},
    {"channel", "(display-name )+(icon )*(url )*"},
    {"programme",
     "(title )+(sub-title )*(desc )*(credits )?(date )?(category )*(keyword )*(language )?"
     "(orig-language )?(length )?(icon )*(url )*(country )*(episode-num )*(video )?(audio )?"
     "(previously-shown )?(premiere )?(last-chance )?(new )?(subtitles )*(rating )*"
     "(star-rating )*(review )*(image )*"},
    {"credits", "(director )*(actor )*(writer )*"},
    {"subtitles", "(language )?"},
    {"icon", ""},
};

void expect_model(const pugi::xml_node& node) {
    std::string children;
    for (const auto& child : node.children()) {
        if (child.type() != pugi::node_element) continue;
        children += std::string(child.name()) + " ";
        expect_model(child);
    }
    const auto model = kModel.find(node.name());
    EXPECT_TRUE(std::regex_match(children, std::regex(model == kModel.end() ? "" : model->second)))
        << node.name() << " has " << children;
}

TEST(Guide, HasElementsInTheOrderOfXmltv) {
    GuideEntry bare;
    bare.id = "bare";
    const auto text =
        xmltv({channel("main", {film("boats"), bare}), channel("other", {bare})}, kBase);
    EXPECT_THAT(text, HasSubstr("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                                "<!DOCTYPE tv SYSTEM \"xmltv.dtd\">\n"));
    const auto document = parsed(text);
    expect_model(document.child("tv"));
    for (const auto& programme : document.child("tv").children("programme")) {
        EXPECT_NE(document.child("tv").find_child_by_attribute(
                      "channel", "id", programme.attribute("channel").value()),
                  nullptr);
        EXPECT_NE(programme.attribute("start"), nullptr);
    }
    EXPECT_STREQ(
        document.child("tv").child("programme").next_sibling("programme").child_value("title"),
        "bare");
}

// XMLTV's own document type, where Debian's xmltv-util or libxmltv-perl has put it, or where
// MATINEE_XMLTV_DTD says; empty when it is not to be had. Neither is in
// scripts/install-dependencies: they bring dozens of Perl modules.
std::string xmltv_dtd() {
    if (const char* const given = std::getenv("MATINEE_XMLTV_DTD")) return given;
    for (const char* const path :
         {"/usr/share/xmltv/xmltv.dtd", "/usr/share/sgml/xmltv/dtd/0.5/xmltv.dtd"}) {
        if (std::filesystem::exists(path)) return path;
    }
    return {};
}

TEST(Guide, IsValidByTheDocumentTypeOfXmltv) {
    const std::string dtd = xmltv_dtd();
    const bool has_xmllint = std::system("command -v xmllint >/dev/null") == 0;
    if (dtd.empty() || !has_xmllint) {
        GTEST_SKIP() << "NOT CHECKED: validating takes "
                     << (dtd.empty() ? "xmltv.dtd (apt-get install xmltv-util, or set "
                                       "MATINEE_XMLTV_DTD to where it is)"
                                     : "xmllint (apt-get install libxml2-utils)");
    }
    GuideEntry bare;
    bare.id = "bare";
    const test::TempFolder folder;
    const std::filesystem::path guide = folder.path() / "guide.xml";
    std::ofstream(guide) << xmltv(
        {channel("main", {film("boats"), bare}), channel("other", {bare}), channel("empty", {})},
        kBase);
    const std::string command =
        "xmllint --noout --nonet --dtdvalid '" + dtd + "' '" + guide.string() + "' 2>&1";
    FILE* const validating = ::popen(command.c_str(), "r");
    ASSERT_NE(validating, nullptr);
    std::string said;
    std::array<char, 1024> part{};
    while (std::fgets(part.data(), part.size(), validating) != nullptr)
        said += part.data();
    const int status = ::pclose(validating);
    EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << said;
}

TEST(Guide, SaysAllThatIsKnownInAllLanguages) {
    const auto document = parsed(xmltv({channel("main", {film("boats")})}, kBase));
    const auto programme = document.child("tv").child("programme");
    EXPECT_THAT(texts(programme, "title"), ElementsAre("en|The boats", "ru|Кораблики", "zh|纸船"));
    EXPECT_THAT(texts(programme, "desc"),
                ElementsAre("en|A boat\nsails.\n[flashing lights]", "ru|Кораблик\n[вспышки]"));
    EXPECT_THAT(texts(programme, "category"), ElementsAre("|Animation", "en|Short", "ru|Короткий"));
    EXPECT_STREQ(programme.child("credits").child_value("director"), "林小满");
    EXPECT_STREQ(programme.child_value("country"), "CN");
    EXPECT_STREQ(programme.child_value("length"), "600");
    EXPECT_STREQ(programme.child("icon").attribute("src").value(),
                 "https://cinema.example:8443/entries/boats/poster.jpg");
    EXPECT_STREQ(programme.last_child().child_value("language"), "zh-Hant");
}

TEST(Guide, StopsAProgrammeWhereTheNextStarts) {
    std::vector<GuideEntry> films;
    for (int i = 0; i < 200; ++i) {
        films.push_back(film(std::to_string(i)));
    }
    const auto document = parsed(xmltv({channel("main", films)}, kBase));
    std::string stop = "20261123200000 +0000";
    std::size_t count = 0;
    for (const auto& programme : document.child("tv").children("programme")) {
        EXPECT_EQ(programme.attribute("start").value(), stop);
        stop = programme.attribute("stop").value();
        ++count;
    }
    EXPECT_EQ(count, 200U);
    EXPECT_EQ(stop, "20261125052107 +0000");  // 200 times 600.333 s after 20:00:00.7
}

TEST(Guide, LeavesOutWhatLastsLessThanASecond) {
    auto shorts = std::make_shared<GuideChannel>();
    shorts->id = "main";
    const auto entry = std::make_shared<const GuideEntry>(film("short"));
    shorts->programmes = {{kFirst, kFirst + milliseconds(100), entry},
                          {kFirst + milliseconds(100), kFirst + seconds(5), entry}};
    const auto document = parsed(xmltv({shorts}, kBase));
    const auto first = document.child("tv").child("programme");
    EXPECT_STREQ(first.attribute("start").value(), "20261123200000 +0000");
    EXPECT_STREQ(first.attribute("stop").value(), "20261123200005 +0000");
    EXPECT_EQ(first.next_sibling("programme"), nullptr);
}

TEST(Guide, IsWellFormedWhateverTheTexts) {
    GuideEntry odd = film("odd");
    odd.titles = {{"en", "<b>&\"'\x01\x1b]]>\n\xff\xef\xbf\xbf"}, {"x\"<", "y"}};
    odd.author = "\xc3";
    odd.metadata.synopsis = {{"en", "--><!--\r\n\x02"}};
    const std::string text = xmltv({channel("main", {odd})}, kBase);
    EXPECT_THAT(text, Not(HasSubstr("&#1;")));
    for (const char c : text) {
        EXPECT_TRUE(static_cast<unsigned char>(c) >= 0x20 || c == '\n');
    }
    const auto document = parsed(text);
    expect_model(document.child("tv"));
    EXPECT_STREQ(document.child("tv").child("programme").child_value("title"),
                 "<b>&\"'  ]]> \xef\xbf\xbd\xef\xbf\xbd");
}

TEST(Guide, ListsChannelsForPlayers) {
    auto quoted = std::make_shared<GuideChannel>(*channel("b", {}));
    quoted->title = "Shorts, \"best\"\nof";
    EXPECT_EQ(channels_m3u({channel("a", {}), quoted}, kBase),
              "#EXTM3U url-tvg=\"https://cinema.example:8443/guide.xml\" "
              "x-tvg-url=\"https://cinema.example:8443/guide.xml\"\n"
              "#EXTINF:-1 tvg-id=\"a\" tvg-name=\"Channel a\" group-title=\"matinee\",Channel a\n"
              "https://cinema.example:8443/channels/a/master.m3u8\n"
              "#EXTINF:-1 tvg-id=\"b\" tvg-name=\"Shorts; 'best' of\" group-title=\"matinee\","
              "Shorts, 'best' of\n"
              "https://cinema.example:8443/channels/b/master.m3u8\n");
}

class Host final : public HeaderSource {
  public:
    explicit Host(std::string host) : host_(std::move(host)) {}
    [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const override {
        if (name != "Host") return std::nullopt;
        return host_;
    }

  private:
    std::string host_;
};

TEST(Guide, TakesItsAddressesFromTheRequest) {
    const auto base = [](const std::string& host, std::string path) {
        const Host headers(host);
        Request request;
        request.headers = &headers;
        request.raw_path = std::move(path);
        return guide_base(request, "/guide.xml");
    };
    EXPECT_EQ(base("cinema.example:8443", "/guide.xml"), "https://cinema.example:8443");
    EXPECT_EQ(base("[::1]:8443", "/t/Zm9v/guide.xml"), "https://[::1]:8443/t/Zm9v");
    EXPECT_EQ(base("a\"onload=", "/guide.xml"), "");
    EXPECT_EQ(base("h", "/t/\"\n/guide.xml"), "https://h");
}

TEST(Guide, IsSentWithATagOfItsContentAndCompressed) {
    const Guide guide({channel("main", {film("boats")})});
    const Response first = guide.xmltv("https://a");
    EXPECT_EQ(first.content_type, "application/xml; charset=utf-8");
    ASSERT_TRUE(first.gzip_body);
    EXPECT_LT(first.gzip_body->size(), first.body.size());
    EXPECT_EQ(guide.xmltv("https://a").etag, first.etag);
    EXPECT_NE(guide.xmltv("https://b").etag, first.etag);
    const Guide same({channel("main", {film("boats")})});
    EXPECT_EQ(same.xmltv("https://a").etag, first.etag);
    // Many bases make no more than a few texts, and the right one always.
    for (int i = 0; i < 50; ++i) {
        const std::string base = "https://h" + std::to_string(i);
        EXPECT_THAT(guide.channels_m3u(base).body.to_text(), HasSubstr(base + "/guide.xml"));
    }
    EXPECT_EQ(guide.xmltv("https://a").etag, first.etag);
}

}  // namespace
}  // namespace matinee::http
