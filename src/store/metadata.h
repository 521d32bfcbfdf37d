// What a producer says of an entry beyond title, author and country: the part of its metadata that
// matinee understands.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/result.h"

namespace matinee::store {

// A text in several languages: BCP-47 -> text; "und" for one of which nobody has said.
using LocalizedText = std::map<std::string, std::string>;

// The text for readers of `language`: in it, else in English, else undetermined, else any; empty
// when there is none at all.
std::string_view text_in(const LocalizedText& text, std::string_view language);

struct Metadata {
    LocalizedText synopsis;
    std::vector<LocalizedText> categories;     // "Animation", "Short" ...
    std::vector<LocalizedText> content_notes;  // what viewers may want to be warned of
    // When it may be shown: from the first instant, until just before the second. Told, and checked
    // before a schedule is published (app::ControlRoom::check).
    std::optional<Instant> not_before;
    std::optional<Instant> not_after;

    // Whether it may be on at `instant`.
    [[nodiscard]] bool permits(Instant instant) const {
        return (!not_before || instant >= *not_before) && (!not_after || instant < *not_after);
    }

    bool operator==(const Metadata&) const = default;
};

// Reads an entry's metadata (EntryDescription::metadata), a JSON object:
//
//     {"synopsis": {"en": "...", "zh": "..."},
//      "category": ["Animation", {"en": "Short", "ru": "Короткий метр"}],
//      "content_notes": "flashing lights",
//      "not_before": "2026-11-20", "not_after": "2026-12-01T23:00:00+01:00"}
//
// A text may be plain or one per language; "category" and "content_notes" may be one or several. A
// date without time is that day in UTC: `not_before` its beginning, `not_after` its end. Other keys
// are nobody's business here. kInvalid, naming the key and what would be right.
Result<Metadata> parse_metadata(std::string_view json);

}  // namespace matinee::store
