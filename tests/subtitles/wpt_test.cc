// The W3C's own cases for WebVTT parsing, the folder webvtt/parsing of web-platform-tests, which
// MATINEE_WPT names. Without it these tests are skipped, and say so.
//
// A case for files (file-parsing/support/*.test) is a WebVTT file with assertions in JavaScript
// about the cues a browser makes of it: Node.js judges ours by them. A case for cue text
// (cue-text-parsing/tests/*.html) is a text and the tree it must become.
#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/files.h"
#include "base/utf8.h"
#include "subtitles/cue_text.h"
#include "subtitles/scan.h"
#include "subtitles/webvtt.h"

namespace matinee::subtitles {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

class WebPlatformTests : public ::testing::Test {
  protected:
    void SetUp() override {
        const char* const folder = std::getenv("MATINEE_WPT");
        if (folder == nullptr || *folder == '\0') {
            GTEST_SKIP() << "MATINEE_WPT is not set: no cases of the W3C to parse";
        }
        root_ = folder;
        ASSERT_TRUE(fs::is_directory(root_)) << root_ << " is not there: check MATINEE_WPT";
    }

    // Files in `folder` that end with `extension`, sorted.
    [[nodiscard]] std::vector<fs::path> files(const fs::path& folder,
                                              const std::string& extension) const {
        std::vector<fs::path> found;
        if (!fs::is_directory(root_ / folder)) return found;
        for (const auto& entry : fs::directory_iterator(root_ / folder)) {
            if (entry.path().extension() == extension) found.push_back(entry.path());
        }
        std::sort(found.begin(), found.end());
        return found;
    }

    fs::path root_;
};

// The escapes of .test files. A backslash at the end of a line takes the line end away.
std::string unescape(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '\\' || i + 1 == text.size()) {
            out += text[i];
            continue;
        }
        const char letter = text[++i];
        const std::size_t digits = letter == 'x' ? 2 : letter == 'u' ? 4 : 0;
        if (digits > 0) {
            append_utf8(static_cast<char32_t>(
                            std::stoul(std::string(text.substr(i + 1, digits)), nullptr, 16)),
                        out);
            i += digits;
        } else if (letter != '\n') {
            const std::string_view kLetters = "rntfv0\\";
            const std::string_view kMeanings("\r\n\t\f\v\0\\", 7);
            const std::size_t at = kLetters.find(letter);
            out += at == std::string_view::npos ? letter : kMeanings[at];
        }
    }
    return out;
}

// What a browser's TextTrackCue says of each cue (WebVTT §9.1).
json to_browser_cues(const Source& source) {
    json regions = json::array();
    for (const Region& region : source.regions) {
        regions.push_back({{"id", region.id},
                           {"width", region.width_percent},
                           {"lines", region.lines},
                           {"regionAnchorX", region.anchor_x_percent},
                           {"regionAnchorY", region.anchor_y_percent},
                           {"viewportAnchorX", region.viewport_anchor_x_percent},
                           {"viewportAnchorY", region.viewport_anchor_y_percent},
                           {"scroll", region.scroll_up ? "up" : ""}});
    }
    json cues = json::array();
    for (const SourceCue& found : source.cues) {
        const Cue& cue = found.cue;
        const CueSettings& settings = cue.settings;
        constexpr std::array kDirections = {"", "rl", "lr"};
        constexpr std::array kAligns = {"start", "center", "end", "left", "right"};
        constexpr std::array kLineAligns = {"start", "center", "end"};
        constexpr std::array kPositionAligns = {"auto", "line-left", "center", "line-right"};
        const auto word = [](const auto& words, auto value) {
            return words.at(static_cast<std::size_t>(value));
        };
        // The last region of that name, as a browser's list of them says.
        json region;
        for (std::size_t i = 0; i < source.regions.size(); ++i) {
            if (!settings.region.empty() && source.regions[i].id == settings.region) region = i;
        }
        cues.push_back({{"id", cue.id},
                        {"text", cue.text},
                        {"startTime", static_cast<double>(cue.start.count()) / 1000},
                        {"endTime", static_cast<double>(cue.end.count()) / 1000},
                        {"region", region},
                        {"vertical", word(kDirections, settings.direction)},
                        {"snapToLines", settings.line_unit == LineUnit::kLines},
                        {"line", settings.line ? json(*settings.line) : json("auto")},
                        {"lineAlign", word(kLineAligns, settings.line_align)},
                        {"position", settings.position ? json(*settings.position) : json("auto")},
                        {"positionAlign", word(kPositionAligns, settings.position_align)},
                        {"size", settings.size},
                        {"align", word(kAligns, settings.align)}});
    }
    return {{"cues", cues}, {"regions", regions}};
}

// What the assertions find wrong with `found`; empty when nothing.
std::string judge(const std::string& assertions, const json& found) {
    const fs::path script = fs::path(::testing::TempDir()) / "matinee-wpt-case.js";
    std::ofstream(script)
        << "const found = " << found.dump() << ";\n"
        << "const cues = found.cues;\n"
           "for (const cue of cues)\n"
           "    cue.region = cue.region === null ? null : found.regions[cue.region];\n"
           "const document = { styleSheets: [] };\n"
           "const check = (ok, text, why) => { if (!ok) throw new Error(text + ' ' + why); };\n"
           "const assert_equals = (is, should, why = '') =>\n"
           "    check(Object.is(is, should), `${is} is not ${should}`, why);\n"
           "const assert_not_equals = (is, other, why = '') =>\n"
           "    check(!Object.is(is, other), `${is} is ${other}`, why);\n"
           "const assert_true = (is, why = '') => assert_equals(is, true, why);\n"
           "const assert_false = (is, why = '') => assert_equals(is, false, why);\n"
           "try {\n"
        << assertions << "\n} catch (error) { console.log(error.message); }\n";
    const std::string command = fmt::format("node '{}' 2>&1", script.string());
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::string output;
    std::array<char, 4096> buffer{};
    while (pipe != nullptr) {
        const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe.get());
        if (count == 0) break;
        output.append(buffer.data(), count);
    }
    return pipe == nullptr ? "node cannot be started" : output;
}

TEST_F(WebPlatformTests, ForFiles) {
    const std::set<std::string> impossible = {
        // Asserts of one region that it has 2 lines, and then 1, 3 and 4.
        "regions-id.test",
        // Asks for the anchors of regions "7" to "20", but defines "6" fourteen times.
        "regions-regionanchor.test",
        "regions-viewportanchor.test",
    };
    std::size_t compared = 0;
    std::size_t passed = 0;
    std::size_t failed_impossible = 0;
    for (const fs::path& path : files("file-parsing/support", ".test")) {
        const std::string content = base::read_file(path).value();
        const std::size_t body = content.find("\n===\n");
        ASSERT_NE(body, std::string::npos) << path;
        const std::string head = content.substr(0, body);
        // Name and links, an empty line, the assertions. Style sheets are a browser's affair.
        const std::string assertions = head.substr(std::min(head.find("\n\n"), head.size()));
        if (assertions.find("cssRules") != std::string::npos) {
            fmt::print("{}: about CSS, not compared\n", path.filename().string());
            continue;
        }
        const Result<Source> read =
            parse_webvtt(base::to_valid_utf8(unescape(content.substr(body + 5))));
        ASSERT_TRUE(read) << path << ": " << read.error().to_string();
        const std::string wrong = judge(assertions, to_browser_cues(*read));
        ++compared;
        if (wrong.empty()) ++passed;
        if (wrong.empty()) continue;
        if (impossible.contains(path.filename())) {
            ++failed_impossible;
            continue;
        }
        ADD_FAILURE() << path << ": " << wrong;
    }
    fmt::print("{} of {} of the W3C's cases for files pass; {} contradict themselves\n", passed,
               compared, failed_impossible);
    EXPECT_GT(compared, 0U) << "no file-parsing/support/*.test in " << root_;
}

std::string percent_decode(std::string_view text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            out += static_cast<char>(std::stoi(std::string(text.substr(i + 1, 2)), nullptr, 16));
            i += 2;
        } else {
            out += text[i];
        }
    }
    return out;
}

// Normalised cue text as the tree of elements that §7.1 makes of it, in the notation of the cases.
std::string tree_of(std::string_view text) {
    std::string out = "#document-fragment";
    std::size_t depth = 0;
    std::string plain;
    const auto indent = [&] { return "\n| " + std::string(2 * depth, ' '); };
    const auto flush = [&] {
        if (!plain.empty()) out += indent() + '"' + plain + '"';
        plain.clear();
    };
    while (!text.empty()) {
        if (text[0] == '&') {
            const std::size_t length = resolve_reference(text, References::kHtml, plain);
            text.remove_prefix(length);
        } else if (text[0] != '<') {
            plain += text[0];
            text.remove_prefix(1);
        } else {
            flush();
            const std::size_t end = text.find('>');
            const std::string_view tag = text.substr(1, end - 1);
            text.remove_prefix(end + 1);
            if (tag[0] == '/') {
                --depth;
                continue;
            }
            if (is_ascii_digit(tag[0])) {
                out += fmt::format("{}<?timestamp {}>", indent(), tag);
                continue;
            }
            const std::string_view name = tag.substr(0, tag.find_first_of(". "));
            const bool is_span = name == "c" || name == "v" || name == "lang";
            out += fmt::format("{}<{}>", indent(), is_span ? "span" : name);
            ++depth;
            const std::size_t space = std::min(tag.find(' '), tag.size());
            std::string classes(tag.substr(name.size(), space - name.size()));
            std::replace(classes.begin(), classes.end(), '.', ' ');
            if (!classes.empty()) out += fmt::format("{}class=\"{}\"", indent(), trim(classes));
            std::string annotation;
            std::string_view rest = trim(tag.substr(space));
            while (!rest.empty()) {
                std::size_t length = 0;
                if (rest[0] == '&') length = resolve_reference(rest, References::kHtml, annotation);
                if (length == 0) annotation += rest[0];
                rest.remove_prefix(std::max<std::size_t>(length, 1));
            }
            if (name == "v") out += fmt::format("{}title=\"{}\"", indent(), annotation);
            if (name == "lang") out += fmt::format("{}lang=\"{}\"", indent(), annotation);
        }
    }
    flush();
    return out;
}

// Text next to text is one node to whoever reads it.
std::string with_texts_joined(std::string tree) {
    std::string out;
    std::string_view last;
    std::string_view rest = tree;
    while (!rest.empty()) {
        const std::size_t end = std::min(rest.find("\n| "), rest.size());
        const std::string_view line = rest.substr(0, end);
        const auto is_text = [](std::string_view one) {
            return one.ends_with('"') && trim(one).starts_with('"');
        };
        const auto indent = [](std::string_view one) { return one.find_first_not_of(' '); };
        if (is_text(last) && is_text(line) && indent(last) == indent(line)) {
            out.pop_back();
            out += trim(line).substr(1);
        } else {
            if (!out.empty()) out += "\n| ";
            out += line;
        }
        last = line;
        rest.remove_prefix(std::min(end + 3, rest.size()));
    }
    return out;
}

TEST_F(WebPlatformTests, ForCueText) {
    // Cases from before §6.4 said to read references as HTML does, with all its names and numbers
    // and some without ";".
    const std::set<std::string> outdated = {
        "&amp", "&AMP;", "&quot;", "&copy;", "&#32;", "&#x20;",
    };
    std::size_t compared = 0;
    std::size_t passed = 0;
    std::size_t outdated_seen = 0;
    for (const fs::path& path : files("cue-text-parsing/tests", ".html")) {
        const std::string content = base::read_file(path).value();
        std::size_t at = 0;
        const auto field = [&](std::string_view name) -> std::optional<std::string> {
            const std::string start = fmt::format("{}:'", name);
            at = content.find(start, at);
            if (at == std::string::npos) return std::nullopt;
            const std::size_t end = content.find('\'', at + start.size());
            std::string value = content.substr(at + start.size(), end - at - start.size());
            at = end;
            return percent_decode(value);
        };
        while (const std::optional<std::string> input = field("input")) {
            const std::optional<std::string> expected = field("expected");
            ASSERT_TRUE(expected) << path << ": " << *input;
            const std::string tree = tree_of(normalise_cue_text(*input));
            const bool agrees = with_texts_joined(tree) == with_texts_joined(*expected);
            ++compared;
            if (agrees) ++passed;
            if (!agrees && outdated.contains(*input)) {
                ++outdated_seen;
                continue;
            }
            EXPECT_TRUE(agrees) << *input << "\nis\n" << tree << "\nnot\n" << *expected;
        }
    }
    fmt::print("{} of {} of the W3C's cases for cue text pass; {} follow an older draft\n", passed,
               compared, outdated_seen);
    EXPECT_GT(compared, 0U) << "no cue-text-parsing/tests/*.html in " << root_;
}

}  // namespace
}  // namespace matinee::subtitles
