#include "subtitles/sami.h"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "subtitles/cue_text.h"
#include "subtitles/language.h"
#include "subtitles/markup.h"
#include "subtitles/notes.h"
#include "subtitles/scan.h"
#include "subtitles/styled_text.h"

namespace matinee::subtitles {
namespace {

// Each is searched for what a tag or a paragraph names; nobody writes so many.
constexpr std::size_t kMostClasses = 64;
constexpr std::size_t kMostOpen = 64;

// What one class shows from an instant on, perhaps nothing.
struct Shown {
    Milliseconds start{0};
    std::optional<Milliseconds> end;  // where the SYNC says
    std::string text;
    std::size_t line = 0;
};

struct Class {
    std::string name;  // in lower case
    std::vector<Shown> shown;
};

// "1000", "1000ms", "-5".
std::optional<Milliseconds> parse_instant(std::string_view text) {
    constexpr std::int64_t kMost = 1'000'000'000'000;
    LineScanner scanner(text);
    const bool negative = scanner.take("-");
    const std::string_view digits = scanner.digits();
    if (digits.empty()) return std::nullopt;
    const std::int64_t time = saturating_number(digits, kMost);
    return Milliseconds(negative ? -time : time);
}

// The languages of the classes in a style sheet: ".KRCC { Name:Korean; lang:ko-KR; }".
std::map<std::string, std::string> read_languages(std::string_view css) {
    std::map<std::string, std::string> languages;
    std::size_t open = 0;
    std::size_t at = 0;
    while ((open = css.find('{', at)) != std::string_view::npos) {
        const std::size_t close = std::min(css.find('}', open), css.size());
        const std::string_view selector = css.substr(at, open - at);
        const std::size_t dot = selector.rfind('.');
        std::string body = to_ascii_lower(css.substr(open + 1, close - open - 1));
        const std::size_t property = body.find("lang");
        if (dot != std::string_view::npos && property != std::string::npos) {
            const std::string name = to_ascii_lower(trim(selector.substr(dot + 1)));
            std::string_view value = std::string_view(body).substr(property + 4);
            value = value.substr(0, value.find(';'));
            const std::size_t colon = value.find(':');
            if (colon != std::string_view::npos) {
                value = trim(value.substr(colon + 1));
                while (!value.empty() && (value.front() == '"' || value.front() == '\'')) {
                    value.remove_prefix(1);
                }
                while (!value.empty() && (value.back() == '"' || value.back() == '\'')) {
                    value.remove_suffix(1);
                }
                std::string tag(value);
                std::replace(tag.begin(), tag.end(), '_', '-');
                if (is_well_formed(tag)) languages[name] = canonical_tag(tag);
            }
        }
        at = std::min(close + 1, css.size());
    }
    return languages;
}

class SamiParser {
  public:
    explicit SamiParser(std::string_view text) : text_(text), scanner_(text) {}

    Result<std::vector<Source>> parse() {
        while (const std::optional<MarkupToken> token = scanner_.next()) {
            count_lines(token->offset);
            switch (token->type) {
                case MarkupToken::Type::kText:
                    read_text(token->text);
                    break;
                case MarkupToken::Type::kStartTag:
                    start_tag(*token);
                    break;
                case MarkupToken::Type::kEndTag:
                    end_tag(token->name);
                    break;
            }
        }
        end_paragraph();
        if (classes_.empty()) {
            return fail(ErrorCode::kInvalid, "no cue found: no <SYNC Start=...> with a <P>");
        }
        return finish();
    }

  private:
    void count_lines(std::size_t offset) {
        for (; counted_ < offset; ++counted_) {
            const bool crlf = text_[counted_] == '\r' && counted_ + 1 < text_.size() &&
                              text_[counted_ + 1] == '\n';
            if ((text_[counted_] == '\n' || text_[counted_] == '\r') && !crlf) ++line_;
        }
    }

    void start_tag(const MarkupToken& token) {
        const std::string& name = token.name;
        if (name == "style") {
            languages_ = read_languages(scanner_.raw_until_end_tag("style"));
        } else if (name == "title" || name == "samiparam") {
            scanner_.raw_until_end_tag(name);
        } else if (name == "sync") {
            end_paragraph();
            start_sync(token.attributes);
        } else if (name == "p") {
            end_paragraph();
            start_paragraph(token.attributes);
        } else if (name == "br") {
            line_end();
        } else if (name == "i" || name == "em" || name == "b" || name == "strong" || name == "u" ||
                   name == "font") {
            if (open_.size() == kMostOpen) return;
            open_.emplace_back(name, style_);
            if (name == "i" || name == "em") style_.italic = true;
            if (name == "b" || name == "strong") style_.bold = true;
            if (name == "u") style_.underline = true;
            if (name == "font") font(token.attributes);
        } else if (name == "ruby") {
            writer_.begin_ruby();
        } else if (name == "rt") {
            writer_.begin_ruby_text();
        } else if (name != "sami" && name != "head" && name != "body" && name != "rp" &&
                   name != "span" && name != "div" && name != "center" && name != "table" &&
                   name != "tr" && name != "td" && name != "tbody" && paragraph_) {
            notes_.once(line_,
                        fmt::format("<{}> has no place in WebVTT: dropped, here and below", name));
        }
    }

    void font(std::string_view attributes) {
        const std::string_view wanted = attribute(attributes, "color");
        if (wanted.empty()) return;
        const std::string_view colour = colour_class(wanted);
        if (colour.empty()) {
            notes_.once(line_, "a colour that is none of WebVTT's eight: dropped, here and below");
        } else {
            style_.colour = text_colour(colour);
        }
    }

    void end_tag(const std::string& name) {
        if (name == "p" || name == "sync" || name == "body" || name == "sami") {
            end_paragraph();
        } else if (name == "rt") {
            writer_.end_ruby_text();
        } else if (name == "ruby") {
            writer_.end_ruby();
        } else {
            const auto last = std::find_if(open_.rbegin(), open_.rend(),
                                           [&](const auto& entry) { return entry.first == name; });
            if (last == open_.rend()) return;
            style_ = last->second;
            open_.erase(last.base() - 1, open_.end());
        }
    }

    void start_sync(std::string_view attributes) {
        sync_ = parse_instant(attribute(attributes, "start"));
        sync_end_ = parse_instant(attribute(attributes, "end"));
        if (!sync_) {
            notes_.add(line_, "the <SYNC> has no Start in milliseconds: what it shows is dropped");
        }
    }

    void start_paragraph(std::string_view attributes) {
        if (!sync_) {
            notes_.once(line_, "a <P> outside of <SYNC>: dropped, here and below");
            return;
        }
        paragraph_ = to_ascii_lower(attribute(attributes, "class"));
        paragraph_line_ = line_;
    }

    void line_end() {
        if (!paragraph_) return;
        writer_.text("\n", {});
        after_space_ = true;
    }

    // White space as in HTML: any run of it is one space.
    void read_text(std::string_view raw) {
        if (!paragraph_) {
            if (sync_ && !trim(raw).empty()) {
                // Text straight below <SYNC> is meant for everybody.
                paragraph_ = std::string();
                paragraph_line_ = line_;
            } else {
                return;
            }
        }
        std::string collapsed;
        for (const char c : raw) {
            if (!is_ascii_space(c)) {
                collapsed += c;
            } else if (!after_space_ && !collapsed.ends_with(' ')) {
                collapsed += ' ';
            }
            after_space_ = is_ascii_space(c);
        }
        writer_.text(resolve_references(collapsed), style_);
    }

    void end_paragraph() {
        if (!paragraph_) return;
        std::string text = std::move(writer_).finish();
        while (text.ends_with(' ')) {
            text.pop_back();
        }
        writer_ = StyledTextWriter();
        style_ = {};
        open_.clear();
        after_space_ = true;
        if (!has_visible_text(text)) text.clear();
        std::vector<Shown>& shown = class_called(*paragraph_).shown;
        paragraph_.reset();
        if (!shown.empty() && shown.back().start == *sync_) {
            // Two paragraphs of one SYNC: below each other.
            std::string& above = shown.back().text;
            if (!above.empty() && !text.empty()) above += '\n';
            above += text;
            return;
        }
        shown.push_back({*sync_, sync_end_, std::move(text), paragraph_line_});
    }

    Class& class_called(const std::string& name) {
        const auto found =
            std::find_if(classes_.begin(), classes_.end(),
                         [&](const Class& candidate) { return candidate.name == name; });
        if (found != classes_.end()) return *found;
        if (classes_.size() == kMostClasses) {
            notes_.once(line_, fmt::format("more than {} classes: the others count as the last, "
                                           "here and below",
                                           kMostClasses));
            return classes_.back();
        }
        return classes_.emplace_back(Class{name, {}});
    }

    std::vector<Source> finish() {
        // What has no class belongs to the only one, if that is all there is.
        const auto anonymous = std::find_if(classes_.begin(), classes_.end(),
                                            [](const Class& one) { return one.name.empty(); });
        if (classes_.size() == 2 && anonymous != classes_.end()) {
            Class& named = classes_[anonymous == classes_.begin() ? 1 : 0];
            named.shown.insert(named.shown.end(), anonymous->shown.begin(), anonymous->shown.end());
            std::stable_sort(named.shown.begin(), named.shown.end(),
                             [](const Shown& a, const Shown& b) { return a.line < b.line; });
            classes_.erase(anonymous);
        }
        std::vector<Source> sources;
        for (Class& one : classes_) {
            const bool shows = std::any_of(one.shown.begin(), one.shown.end(),
                                           [](const Shown& shown) { return !shown.text.empty(); });
            if (!shows && classes_.size() > 1) continue;
            sources.push_back(to_source(one));
        }
        if (sources.empty()) sources.push_back(to_source(classes_.front()));
        sources.front().problems = std::move(notes_).take();
        return sources;
    }

    Source to_source(Class& one) {
        const auto earlier = [](const Shown& a, const Shown& b) { return a.start < b.start; };
        std::vector<Shown>& shown = one.shown;
        const auto late = std::is_sorted_until(shown.begin(), shown.end(), earlier);
        if (late != shown.end()) {
            notes_.add(late->line, "the <SYNC> is earlier than the one above it: sorted by time");
            std::stable_sort(shown.begin(), shown.end(), earlier);
        }
        Source source;
        if (const auto language = languages_.find(one.name); language != languages_.end()) {
            source.language = language->second;
        }
        for (std::size_t i = 0; i < shown.size(); ++i) {
            if (shown[i].text.empty()) continue;
            SourceCue found;
            found.line = shown[i].line;
            found.cue.start = shown[i].start;
            found.cue.text = std::move(shown[i].text);
            found.cue.end = shown[i].end.value_or(found.cue.start + kUnendedLasts);
            if (i + 1 < shown.size()) {
                found.cue.end =
                    shown[i].end ? std::min(found.cue.end, shown[i + 1].start) : shown[i + 1].start;
            } else if (!shown[i].end) {
                notes_.add(found.line, "nothing ends the last text: it is shown for five seconds");
            }
            source.cues.push_back(std::move(found));
        }
        return source;
    }

    std::string_view text_;
    MarkupScanner scanner_;
    std::size_t counted_ = 0;
    std::size_t line_ = 1;
    std::map<std::string, std::string> languages_;
    std::vector<Class> classes_;
    std::optional<Milliseconds> sync_;
    std::optional<Milliseconds> sync_end_;
    std::optional<std::string> paragraph_;  // the class of the one that is open
    std::size_t paragraph_line_ = 0;
    StyledTextWriter writer_;
    TextStyle style_;
    std::vector<std::pair<std::string, TextStyle>> open_;  // elements, the style around each
    bool after_space_ = true;
    Notes notes_;
};

}  // namespace

bool looks_like_sami(std::string_view text) {
    const std::string early = to_ascii_lower(text.substr(0, 4096));
    return early.find("<sami") != std::string::npos ||
           early.find("<sync start") != std::string::npos;
}

Result<std::vector<Source>> parse_sami(std::string_view text) {
    return SamiParser(text).parse();
}

}  // namespace matinee::subtitles
