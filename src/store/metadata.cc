#include "store/metadata.h"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

namespace matinee::store {

namespace {

using nlohmann::json;

constexpr std::string_view kUndetermined = "und";

// By the shape of RFC 5646 section 2.1: subtags of letters and digits, the first of two to eight
// letters.
bool looks_like_language(std::string_view tag) {
    std::size_t length = 0;
    bool first = true;
    for (const char c : tag) {
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        const bool digit = c >= '0' && c <= '9';
        if (c == '-') {
            if (length < (first ? 2U : 1U)) return false;
            first = false;
            length = 0;
        } else if (letter || (digit && !first)) {
            if (++length > 8) return false;
        } else {
            return false;
        }
    }
    return length >= (first ? 2U : 1U);
}

Result<LocalizedText> localized_text(std::string_view key, const json& said) {
    if (said.is_string()) {
        return LocalizedText{{std::string(kUndetermined), said.get<std::string>()}};
    }
    if (!said.is_object()) {
        return fail(ErrorCode::kInvalid,
                    "\"{}\" must be a text, or one per language as in {{\"en\": \"...\"}}", key);
    }
    LocalizedText text;
    for (const auto& [language, value] : said.items()) {
        if (!looks_like_language(language)) {
            return fail(ErrorCode::kInvalid,
                        "\"{}\": \"{}\" is no language tag; write \"en\", \"zh-Hant\", \"pt-BR\"",
                        key, language);
        }
        if (!value.is_string()) {
            return fail(ErrorCode::kInvalid, "\"{}\": \"{}\" must be a text", key, language);
        }
        text.emplace(language, value.get<std::string>());
    }
    return text;
}

Result<std::vector<LocalizedText>> localized_texts(std::string_view key, const json& said) {
    std::vector<LocalizedText> texts;
    if (!said.is_array()) {
        texts.push_back(TRY(localized_text(key, said)));
        return texts;
    }
    for (const json& item : said) {
        texts.push_back(TRY(localized_text(key, item)));
    }
    return texts;
}

enum class DayEdge { kBeginning, kEnd };

Result<Instant> instant_or_day(std::string_view key, const json& said, DayEdge edge) {
    if (said.is_string()) {
        const auto text = said.get<std::string>();
        if (const auto instant = base::parse_rfc3339(text)) return *instant;
        if (const auto day = base::parse_date(text)) {
            return edge == DayEdge::kEnd ? *day + std::chrono::days(1) : *day;
        }
    }
    return fail(ErrorCode::kInvalid,
                "\"{}\" must be a day (\"2026-11-20\", in UTC) or an instant "
                "(\"2026-11-20T18:00:00+01:00\")",
                key);
}

}  // namespace

std::string_view text_in(const LocalizedText& text, std::string_view language) {
    for (const std::string_view wanted : {language, std::string_view("en"), kUndetermined}) {
        const auto found = text.find(std::string(wanted));
        if (found != text.end()) return found->second;
    }
    return text.empty() ? std::string_view() : std::string_view(text.begin()->second);
}

Result<Metadata> parse_metadata(std::string_view text) {
    const json said = json::parse(text, nullptr, false);
    if (!said.is_object()) return fail(ErrorCode::kInvalid, "metadata must be a JSON object");
    Metadata metadata;
    if (said.contains("synopsis"))
        metadata.synopsis = TRY(localized_text("synopsis", said["synopsis"]));
    if (said.contains("category"))
        metadata.categories = TRY(localized_texts("category", said["category"]));
    if (said.contains("content_notes")) {
        metadata.content_notes = TRY(localized_texts("content_notes", said["content_notes"]));
    }
    if (said.contains("not_before")) {
        metadata.not_before =
            TRY(instant_or_day("not_before", said["not_before"], DayEdge::kBeginning));
    }
    if (said.contains("not_after")) {
        metadata.not_after = TRY(instant_or_day("not_after", said["not_after"], DayEdge::kEnd));
    }
    if (metadata.not_before && metadata.not_after && *metadata.not_before >= *metadata.not_after) {
        return fail(ErrorCode::kInvalid,
                    "\"not_before\" ({}) is not before \"not_after\" ({}): it could never be shown",
                    base::to_rfc3339(*metadata.not_before), base::to_rfc3339(*metadata.not_after));
    }
    return metadata;
}

}  // namespace matinee::store
