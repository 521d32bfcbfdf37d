#include "prepare/cards.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/markup.h"
#include "subtitles/text_layout.h"

namespace matinee::prepare {

namespace {

using subtitles::Weight;

constexpr double kLinePitch = 1.28;  // em
constexpr double kAscent = 1.0;      // em: the baseline of the first line below a text's top
constexpr double kWidthTolerance = 1.04;
constexpr double kShrink = 0.94;
constexpr double kSmallest = 0.3;  // of the template's size

// What is filled in for each picture anew.
constexpr std::string_view kCount = "{count}";
constexpr std::string_view kArc = "{arc}";

// Braces of a value must not look like a placeholder.
std::string escaped(std::string_view text) {
    std::string out = base::escape_markup(text);
    for (std::size_t at = 0; (at = out.find('{', at)) != std::string::npos;) {
        out.replace(at, 1, "&#123;");
    }
    return out;
}

std::string count_text(std::int64_t seconds) {
    return seconds < 100 ? fmt::format("{}", seconds)
                         : fmt::format("{}:{:02}", seconds / 60, seconds % 60);
}

std::string without_comments(std::string_view svg) {
    std::string out;
    while (true) {
        const std::size_t start = svg.find("<!--");
        out += svg.substr(0, start);
        if (start == std::string_view::npos) return out;
        const std::size_t end = svg.find("-->", start);
        if (end == std::string_view::npos) return out;
        svg.remove_prefix(end + 3);
    }
}

// The attributes of a start tag, in their order.
using Attributes = std::vector<std::pair<std::string, std::string>>;

class Filler {
  public:
    Filler(std::string_view name, const CardValues& values) : name_(name), values_(values) {}

    Result<std::string> fill(std::string_view svg) {
        const std::string text = without_comments(svg);
        std::string_view rest = text;
        std::string out;
        while (true) {
            const std::size_t start = next_flow(rest);
            out += fill_plain(rest.substr(0, start));
            if (start == std::string_view::npos) break;
            rest.remove_prefix(start);
            const std::size_t end = rest.find("</g>");
            if (end == std::string_view::npos) {
                return fail(ErrorCode::kInvalid, "{}: a <g data-flow> is not closed", name_);
            }
            out += TRY(fill_flow(rest.substr(0, end)));
            rest.remove_prefix(end + 4);
        }
        for (const auto& [key, value] : values_) {
            if (!used_.contains(key)) {
                return fail(ErrorCode::kInvalid,
                            "{}: this template has no place for \"{}\"; it has: {}", name_, key,
                            fmt::format("{}", fmt::join(seen_, ", ")));
            }
        }
        return out;
    }

  private:
    struct Text {
        Attributes attributes;
        std::u32string text;
        std::string language;
        double size = 0;   // of the letters, pixels
        double width = 0;  // of the column; 0: any
        std::size_t most_lines = 1;
        double gap = 0;
        Weight weight = Weight::kRegular;

        std::vector<subtitles::LineRange> lines;
        double drawn_size = 0;

        void set(double scale) {
            drawn_size = size * scale;
            const auto broken = [&] {
                const double room = width > 0 ? width / (drawn_size * kWidthTolerance) : HUGE_VAL;
                return subtitles::break_lines(text, room, weight);
            };
            lines = broken();
            while (lines.size() > most_lines && drawn_size > size * kSmallest) {
                drawn_size *= kShrink;
                lines = broken();
            }
        }
        [[nodiscard]] double height() const {
            return drawn_size * kLinePitch * static_cast<double>(lines.size());
        }
    };

    static std::size_t next_flow(std::string_view svg) {
        for (std::size_t at = 0; (at = svg.find("<g ", at)) != std::string_view::npos; ++at) {
            const std::string_view tag = svg.substr(at, svg.find('>', at) - at);
            if (tag.find("data-flow") != std::string_view::npos) return at;
        }
        return std::string_view::npos;
    }

    static bool is_moving(std::string_view placeholder) {
        return placeholder == kCount || placeholder == kArc;
    }

    // Calls `on_text` and `on_value` for what stands between and in placeholders.
    template <typename OnText, typename OnValue>
    void split(std::string_view text, OnText&& on_text, OnValue&& on_value) {
        while (!text.empty()) {
            const std::size_t open = text.find('{');
            const std::size_t close = text.find('}', std::min(open, text.size()));
            if (close == std::string_view::npos) break;
            const std::string_view key = text.substr(open + 1, close - open - 1);
            if (!is_name(key)) {  // braces of a style sheet
                on_text(text.substr(0, open + 1));
                text.remove_prefix(open + 1);
                continue;
            }
            if (is_moving(text.substr(open, close + 1 - open))) {
                on_text(text.substr(0, close + 1));
                text.remove_prefix(close + 1);
                continue;
            }
            on_text(text.substr(0, open));
            seen_.emplace(key);
            const auto value = values_.find(key);
            if (value != values_.end()) used_.emplace(key);
            on_value(value == values_.end() ? CardText{} : value->second);
            text.remove_prefix(close + 1);
        }
        on_text(text);
    }

    static bool is_name(std::string_view key) {
        return !key.empty() && key.front() >= 'a' && key.front() <= 'z' &&
               std::ranges::all_of(key, [](char c) {
                   return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
               });
    }

    std::string fill_plain(std::string_view svg) {
        std::string out;
        split(
            svg, [&](std::string_view plain) { out += plain; },
            [&](const CardText& value) { out += escaped(value.text); });
        return out;
    }

    [[nodiscard]] Result<Attributes> attributes_of(std::string_view tag) const {
        Attributes attributes;
        while (true) {
            const std::size_t equals = tag.find('=');
            if (equals == std::string_view::npos) return attributes;
            const std::size_t start = tag.substr(0, equals).find_last_of(" \t\r\n") + 1;
            const char quote = equals + 1 < tag.size() ? tag[equals + 1] : ' ';
            const std::size_t end = quote == '"' || quote == '\'' ? tag.find(quote, equals + 2)
                                                                  : std::string_view::npos;
            if (end == std::string_view::npos) {
                return fail(ErrorCode::kInvalid, "{}: an attribute of <{}> has no quotes", name_,
                            tag);
            }
            attributes.emplace_back(tag.substr(start, equals - start),
                                    tag.substr(equals + 2, end - equals - 2));
            tag.remove_prefix(end + 1);
        }
    }

    static std::optional<std::string> value_of(const Attributes& attributes, std::string_view key) {
        const auto found =
            std::ranges::find(attributes, key, &std::pair<std::string, std::string>::first);
        if (found == attributes.end()) return std::nullopt;
        return found->second;
    }

    [[nodiscard]] Result<double> number_of(const Attributes& attributes, std::string_view key,
                                           std::optional<double> otherwise) const {
        const auto text = value_of(attributes, key);
        if (!text && otherwise) return *otherwise;
        double number = 0;
        if (text) {
            const auto [end, error] =
                std::from_chars(text->data(), text->data() + text->size(), number);
            if (error == std::errc() && end == text->data() + text->size() && number >= 0) {
                return number;
            }
        }
        return fail(ErrorCode::kInvalid, "{}: in a <g data-flow>, {} must be a number, not \"{}\"",
                    name_, key, text.value_or(""));
    }

    Result<std::optional<Text>> read_text(std::string_view tag, std::string_view content) {
        Text text;
        text.attributes = TRY(attributes_of(tag));
        text.size = TRY(number_of(text.attributes, "font-size", std::nullopt));
        text.width = TRY(number_of(text.attributes, "data-width", 0));
        text.most_lines = static_cast<std::size_t>(
            std::max(1.0, TRY(number_of(text.attributes, "data-lines", 1))));
        text.gap = TRY(number_of(text.attributes, "data-gap", 0));
        if (value_of(text.attributes, "font-weight") == "bold") text.weight = Weight::kBold;
        text.language = value_of(text.attributes, "xml:lang").value_or("");
        bool has_placeholder = false;
        bool has_value = false;
        std::string filled;
        split(
            content, [&](std::string_view plain) { filled += plain; },
            [&](const CardText& value) {
                has_placeholder = true;
                has_value = has_value || !value.text.empty();
                if (!value.language.empty()) text.language = value.language;
                filled += value.text;
            });
        if (has_placeholder && !has_value) return std::optional<Text>();
        text.text = subtitles::to_code_points(filled);
        return std::optional(std::move(text));
    }

    Result<std::string> fill_flow(std::string_view group) {
        const std::size_t tag_end = group.find('>');
        const Attributes attributes = TRY(attributes_of(group.substr(0, tag_end)));
        const std::string flow = value_of(attributes, "data-flow").value_or("");
        if (flow != "top" && flow != "middle" && flow != "bottom") {
            return fail(ErrorCode::kInvalid,
                        "{}: data-flow must be top, middle or bottom, not \"{}\"", name_, flow);
        }
        const double y = TRY(number_of(attributes, "data-y", std::nullopt));
        const double most = TRY(number_of(attributes, "data-height", std::nullopt));

        std::vector<Text> texts;
        std::string_view rest = group.substr(tag_end + 1);
        while (true) {
            const std::size_t start = rest.find('<');
            if (start == std::string_view::npos) break;
            const std::size_t end = rest.find('>', start);
            const std::size_t close = rest.find("</text>", start);
            if (!rest.substr(start).starts_with("<text") || end == std::string_view::npos ||
                close == std::string_view::npos) {
                return fail(ErrorCode::kInvalid, "{}: a <g data-flow> may hold <text> only", name_);
            }
            auto text = TRY(read_text(rest.substr(start + 1, end - start - 1),
                                      rest.substr(end + 1, close - end - 1)));
            if (text) texts.push_back(*std::move(text));
            rest.remove_prefix(close + 7);
        }

        double height = 0;
        for (double scale = 1; scale > kSmallest; scale *= kShrink) {
            height = 0;
            for (Text& text : texts) {
                text.set(scale);
                height += text.height() + (height > 0 ? text.gap * scale : 0);
            }
            if (height <= most) break;
        }
        return drawn(texts, flow == "top" ? y : flow == "middle" ? y - height / 2 : y - height);
    }

    static std::string drawn(const std::vector<Text>& texts, double top) {
        std::string out;
        double at = top;
        for (const Text& text : texts) {
            if (at > top) at += text.gap * text.drawn_size / text.size;
            std::string attributes;
            for (const auto& [key, value] : text.attributes) {
                if (key.starts_with("data-") || key == "y" || key == "font-size" ||
                    key == "font-family" || key == "xml:lang") {
                    continue;
                }
                attributes += fmt::format(" {}=\"{}\"", key, value);
            }
            attributes += fmt::format(
                " font-size=\"{:.1f}\" font-family=\"{}\"", text.drawn_size,
                subtitles::font_family(text.language, subtitles::has_ideographs(text.text)));
            if (!text.language.empty()) {
                attributes += fmt::format(" xml:lang=\"{}\"", base::escape_markup(text.language));
            }
            for (const subtitles::LineRange& line : text.lines) {
                const auto words =
                    std::u32string_view(text.text).substr(line.begin, line.end - line.begin);
                out +=
                    fmt::format("<text{} y=\"{:.1f}\">{}</text>\n", attributes,
                                at + text.drawn_size * kAscent, escaped(subtitles::to_utf8(words)));
                at += text.drawn_size * kLinePitch;
            }
        }
        return out;
    }

    std::string_view name_;
    const CardValues& values_;
    std::set<std::string, std::less<>> used_;
    std::set<std::string, std::less<>> seen_;
};

}  // namespace

Result<std::string> fill_card(std::string_view name, std::string_view svg,
                              const CardValues& values) {
    return Filler(name, values).fill(svg);
}

std::string to_json(const Card& card) {
    const nlohmann::json value = {{"duration_ms", card.duration.count()}, {"svg", card.svg}};
    return value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

Result<Card> card_from_json(std::string_view text) {
    Card card;
    try {
        const auto value = nlohmann::json::parse(text);
        card.duration = std::chrono::milliseconds(value.at("duration_ms").get<std::int64_t>());
        card.svg = value.at("svg");
    } catch (const nlohmann::json::exception& error) {
        return fail(ErrorCode::kInvalid, "is no card: {}; make it again", error.what());
    }
    if (card.duration < kShortestCard || card.duration > kLongestCard) {
        return fail(ErrorCode::kInvalid, "a card lasts {} to {} s, not {} s",
                    kShortestCard.count() / 1000, kLongestCard.count() / 1000,
                    static_cast<double>(card.duration.count()) / 1000);
    }
    return card;
}

Plan plan_card(const Card& card, const library::HouseFormat& house) {
    Plan plan;
    plan.frame_rate = output_rate({25, 1}, house.max_frame_rate);
    plan.gop_frames = plan.frame_rate.frames_in(house.gop_seconds);
    plan.minimum_frames =
        plan.frame_rate.nearest_frame(std::chrono::duration_cast<Ticks>(card.duration));
    plan.expected_frames = plan.minimum_frames;
    plan.canvas = {house.rungs.front().width, house.rungs.front().height};
    return plan;
}

bool counts_down(const Card& card) {
    return card.svg.find(kCount) != std::string::npos || card.svg.find(kArc) != std::string::npos;
}

std::string picture_at(std::string_view svg, std::chrono::milliseconds duration,
                       std::chrono::nanoseconds at) {
    const std::chrono::nanoseconds left =
        std::max(std::chrono::nanoseconds(duration) - at, std::chrono::nanoseconds(0));
    const std::string count = count_text(std::chrono::ceil<std::chrono::seconds>(left).count());
    const std::string arc =
        fmt::format("{:.2f}", 1000.0 * static_cast<double>(left.count()) /
                                  static_cast<double>(std::chrono::nanoseconds(duration).count()));
    std::string out;
    while (true) {
        const std::size_t open = svg.find('{');
        out += svg.substr(0, open);
        if (open == std::string_view::npos) return out;
        svg.remove_prefix(open);
        if (svg.starts_with(kCount)) {
            out += count;
            svg.remove_prefix(kCount.size());
        } else if (svg.starts_with(kArc)) {
            out += arc;
            svg.remove_prefix(kArc.size());
        } else {
            out += svg.front();
            svg.remove_prefix(1);
        }
    }
}

Result<std::string> sized_svg(std::string_view svg, Size size) {
    const std::size_t start = svg.find("<svg");
    const std::size_t end = svg.find('>', std::min(start, svg.size()));
    if (end == std::string_view::npos) {
        return fail(ErrorCode::kInvalid, "is no SVG picture");
    }
    std::string root(svg.substr(start, end - start));
    for (const auto& [key, value] :
         {std::pair(" width=\"", size.width), std::pair(" height=\"", size.height)}) {
        const std::size_t from = root.find(key);
        const std::size_t to = from == std::string::npos
                                   ? std::string::npos
                                   : root.find('"', from + std::string_view(key).size());
        if (to == std::string::npos) {
            return fail(ErrorCode::kInvalid, "the SVG picture's root has no width and height");
        }
        root.replace(from, to + 1 - from, fmt::format("{}{}\"", key, value));
    }
    return fmt::format("{}{}{}", svg.substr(0, start), root, svg.substr(end));
}

}  // namespace matinee::prepare
