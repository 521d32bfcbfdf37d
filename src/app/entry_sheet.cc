#include "app/entry_sheet.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>
#include <set>
#include <utility>

#include <fmt/ranges.h>
#include <glib.h>
#include <nlohmann/json.hpp>

#include "app/description.h"
#include "app/json_line.h"
#include "base/csv.h"
#include "base/glib_support.h"
#include "base/utf8.h"
#include "store/metadata.h"
#include "subtitles/encoding.h"
#include "subtitles/language.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// FilmFreeway's columns first; those of other platforms, and of people, after them. Of several for
// one field the first counts.
constexpr std::array<std::pair<std::string_view, std::string_view>, 40> kColumns{{
    {"Tracking Number", "tracking"},
    {"Submission ID", "submission"},
    {"Project Title", "title"},
    {"Project Title (Original Language)", "title.original"},
    {"Synopsis", "synopsis"},
    {"Synopsis (Original Language)", "synopsis.original"},
    {"Language", "language"},
    {"Directors", "author"},
    {"Director", "author"},
    {"Director(s)", "author"},
    {"Author", "author"},
    {"Authors", "author"},
    {"Submitter", "submitter"},
    {"Country of Origin", "country"},
    {"Country", "country"},
    {"Countries", "country"},
    {"Submission Categories", "category"},
    {"Submission Category", "category"},
    {"Category", "category"},
    {"Categories", "category"},
    {"Content Notes", "content_notes"},
    {"Content Warning", "content_notes"},
    {"Content Warnings", "content_notes"},
    {"Not Before", "not_before"},
    {"Not After", "not_after"},
    {"File", "file"},
    {"File Name", "file"},
    {"Filename", "file"},
    {"Film File", "file"},
    {"Video File", "file"},
    {"ID", "submission"},
    {"Tracking No", "tracking"},
    {"Title", "title"},
    {"Film Title", "title"},
    {"English Title", "title.en"},
    {"Title (English)", "title.en"},
    {"Original Title", "title.original"},
    {"Title (Original Language)", "title.original"},
    {"Description", "synopsis"},
    {"Logline", "synopsis"},
}};

constexpr std::array<std::string_view, 13> kFields{
    "submitter", "file",    "tracking", "submission",    "title",      "synopsis", "language",
    "author",    "country", "category", "content_notes", "not_before", "not_after"};

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(" \t\r\n");
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(" \t\r\n") - begin + 1);
}

// Letters and digits, in words, in one spelling of Unicode and without regard to case.
std::vector<std::string> words_of(std::string_view text) {
    std::vector<std::string> words;
    const std::string valid = base::to_valid_utf8(text);
    const base::OwnedChars normal(g_utf8_normalize(valid.c_str(), -1, G_NORMALIZE_NFKC));
    if (!normal) return words;
    const base::OwnedChars folded(g_utf8_casefold(normal.get(), -1));
    std::string word;
    for (const char* at = folded.get(); *at != '\0'; at = g_utf8_next_char(at)) {
        const gunichar c = g_utf8_get_char(at);
        if (g_unichar_isalnum(c) || g_unichar_ismark(c)) {
            word.append(at, static_cast<std::size_t>(g_utf8_next_char(at) - at));
        } else if (!word.empty()) {
            words.push_back(std::exchange(word, {}));
        }
    }
    if (!word.empty()) words.push_back(std::move(word));
    return words;
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += word;
    return text;
}

// What columns are compared by.
std::string column_key(std::string_view name) {
    return joined(words_of(name));
}

bool is_field(std::string_view field) {
    if (field == "keep" || field == "ignore") return true;
    const std::size_t dot = field.find('.');
    if (std::ranges::find(kFields, field.substr(0, dot)) == kFields.end()) return false;
    if (dot == std::string_view::npos) return true;
    const std::string_view name = field.substr(0, dot);
    const std::string_view language = field.substr(dot + 1);
    return (name == "title" || name == "synopsis") &&
           (language == "original" || subtitles::is_well_formed(language));
}

// -- Reading -------------------------------------------------------------------------------------

struct Column {
    std::string name;
    std::string field;  // one of kFields, perhaps with a language; "keep", "ignore"
};

class RowReader {
  public:
    RowReader(const std::vector<Column>& columns, const base::CsvRecord& record,
              std::vector<SheetProblem>& problems)
        : columns_(columns), record_(record), problems_(problems) {}

    store::SheetRow read(const std::string& sheet) && {
        row_.sheet = sheet;
        row_.line = static_cast<std::int64_t>(record_.line);
        for (const char* field : {"file", "tracking", "submission"}) {
            std::string& value = field == std::string_view("file")       ? row_.file
                                 : field == std::string_view("tracking") ? row_.tracking
                                                                         : row_.submission;
            value = first(field);
        }
        // Some write a whole path.
        if (const std::size_t slash = row_.file.find_last_of("/\\"); slash != std::string::npos) {
            row_.file.erase(0, slash + 1);
        }
        read_texts("title");
        read_texts("synopsis");
        for (const char* field : {"author", "country"}) {
            if (const std::string value = first(field); !value.empty()) json_[field] = value;
        }
        if (const std::string submitter = first("submitter"); !submitter.empty()) {
            if (!json_.contains("author")) json_["author"] = submitter;
            kept_["submitter"] = submitter;
        }
        read_lists();
        read_dates();
        keep_others();
        row_.title = title();
        row_.description = json_line(json_);
        row_.key = key();
        return std::move(row_);
    }

  private:
    [[nodiscard]] std::string_view value(std::size_t column) const {
        return column < record_.fields.size() ? trimmed(record_.fields[column])
                                              : std::string_view();
    }

    [[nodiscard]] std::string first(std::string_view field) const {
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (columns_[i].field == field && !value(i).empty()) return std::string(value(i));
        }
        return {};
    }

    // The row's own language, of several the first, when it is one known here.
    [[nodiscard]] std::optional<std::string> own_language() const {
        const std::string text = first("language");
        const std::string_view one =
            trimmed(std::string_view(text).substr(0, text.find_first_of(",;/|")));
        return subtitles::language_of_word(one);
    }

    void read_texts(std::string_view field) {
        json texts = json::object();
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const std::string& name = columns_[i].field;
            if (value(i).empty()) continue;
            std::string language;
            if (name == field) {
                language = "und";
            } else if (name.size() > field.size() && name.starts_with(field) &&
                       name[field.size()] == '.') {
                language = name.substr(field.size() + 1);
            } else {
                continue;
            }
            if (language == "original") {
                const auto own = own_language();
                if (!own) {
                    kept_[columns_[i].name] = value(i);
                    continue;
                }
                language = *own;
            }
            if (!texts.contains(language)) texts[language] = value(i);
        }
        if (!texts.empty()) json_[field] = std::move(texts);
    }

    void read_lists() {
        for (const char* field : {"category", "content_notes"}) {
            json list = json::array();
            for (std::size_t i = 0; i < columns_.size(); ++i) {
                if (columns_[i].field != field) continue;
                std::string_view rest = value(i);
                while (!rest.empty()) {
                    const std::size_t end = std::min(rest.find_first_of(";|\n"), rest.size());
                    if (const auto item = trimmed(rest.substr(0, end)); !item.empty()) {
                        list.push_back(item);
                    }
                    rest.remove_prefix(std::min(end + 1, rest.size()));
                }
            }
            if (!list.empty()) json_[field] = std::move(list);
        }
    }

    void read_dates() {
        for (const char* field : {"not_before", "not_after"}) {
            const std::string text = first(field);
            if (text.empty()) continue;
            const json alone{{field, text}};
            if (const auto checked = store::parse_metadata(json_line(alone)); !checked) {
                problem(fmt::format("\"{}\" is no date; {}", text, checked.error().to_string()));
                continue;
            }
            json_[field] = text;
        }
        if (const auto checked = store::parse_metadata(json_line(json_)); !checked) {
            problem(checked.error().to_string());
            json_.erase("not_before");
            json_.erase("not_after");
        }
    }

    void keep_others() {
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            if (columns_[i].field == "keep" && !value(i).empty()) {
                kept_[columns_[i].name] = value(i);
            }
        }
        if (record_.fields.size() > columns_.size()) {
            for (std::size_t i = columns_.size(); i < record_.fields.size(); ++i) {
                if (trimmed(record_.fields[i]).empty()) continue;
                problem(fmt::format("has {} fields, but there are {} columns; is a quote missing?",
                                    record_.fields.size(), columns_.size()));
                break;
            }
        }
        for (const char* field : {"tracking", "submission", "language"}) {
            if (const std::string text = first(field); !text.empty()) kept_[field] = text;
        }
        if (!kept_.empty()) json_["sheet"] = kept_;
    }

    [[nodiscard]] std::string title() const {
        if (!json_.contains("title")) return {};
        const json& titles = json_["title"];
        const auto und = titles.find("und");
        return (und != titles.end() ? *und : *titles.begin()).get<std::string>();
    }

    [[nodiscard]] std::string key() const {
        const auto named = [](std::string_view kind, std::string_view text) {
            return fmt::format("{}:{}", kind, fmt::join(words_of(text), "-"));
        };
        if (!row_.tracking.empty()) return named("tracking", row_.tracking);
        if (!row_.submission.empty()) return named("submission", row_.submission);
        if (!row_.file.empty()) return named("file", row_.file);
        if (!words_of(row_.title).empty()) return named("title", row_.title);
        return {};
    }

    void problem(std::string message) { problems_.push_back({record_.line, std::move(message)}); }

    const std::vector<Column>& columns_;
    const base::CsvRecord& record_;
    std::vector<SheetProblem>& problems_;
    store::SheetRow row_;
    json json_ = json::object();
    json kept_ = json::object();
};

// -- Matching ------------------------------------------------------------------------------------

// From weakest to strongest.
enum class Evidence : std::uint8_t {
    kNone,
    kPartOfName,
    kWholeName,
    kSubmission,
    kTracking,
    kFile
};

std::string_view to_string(Evidence evidence) {
    switch (evidence) {
        case Evidence::kFile:
            return "file";
        case Evidence::kTracking:
            return "tracking";
        case Evidence::kSubmission:
            return "submission";
        case Evidence::kWholeName:
        case Evidence::kPartOfName:
            return "title";
        case Evidence::kNone:
            break;
    }
    return "";
}

struct FilmWords {
    std::vector<std::string> words;  // of the name without its extension
    std::string text;                // joined
    std::string name;                // the name, normalised, with its extension
};

bool contains_words(const std::vector<std::string>& all, const std::vector<std::string>& some) {
    return !some.empty() && !std::ranges::search(all, some).empty();
}

// How much a title says: of two that fit, the longer one is meant.
struct Fit {
    Evidence evidence = Evidence::kNone;
    std::size_t length = 0;

    auto operator<=>(const Fit&) const = default;
};

Fit fit_of(const store::SheetRow& row, const FilmWords& film) {
    if (!row.file.empty()) {
        const std::string name = joined(words_of(row.file));
        const bool same = name == film.name || name == film.text;
        return same ? Fit{Evidence::kFile, 0} : Fit{};
    }
    if (contains_words(film.words, words_of(row.tracking))) return {Evidence::kTracking, 0};
    if (contains_words(film.words, words_of(row.submission))) return {Evidence::kSubmission, 0};
    const std::vector<std::string> title = words_of(row.title);
    const std::string text = joined(title);
    if (text.empty()) return {};
    if (text == film.text) return {Evidence::kWholeName, text.size()};
    // Chinese has no spaces between words.
    const bool spaceless =
        std::ranges::any_of(text, [](char c) { return (c & 0x80) != 0; }) && text.size() >= 6;
    if (contains_words(film.words, title) ||
        (spaceless && film.text.find(text) != std::string::npos)) {
        return {Evidence::kPartOfName, text.size()};
    }
    return {};
}

}  // namespace

Result<std::pair<std::string, std::string>> parse_mapping(const std::string& text) {
    const std::size_t equals = text.rfind('=');
    if (equals == std::string::npos || equals == 0) {
        return fail(ErrorCode::kInvalid,
                    "\"{}\": a mapping is written COLUMN=FIELD, as in \"Dateiname=file\"", text);
    }
    return std::pair(text.substr(0, equals), text.substr(equals + 1));
}

Result<SheetMapping> mapping_from(std::span<const std::string> texts) {
    SheetMapping mapping;
    for (const std::string& text : texts) {
        auto [column, field] = TRY(parse_mapping(text));
        mapping[column] = field;
    }
    TRY(sheet_mapping(mapping));
    return mapping;
}

Result<SheetMapping> sheet_mapping(const SheetMapping& more) {
    SheetMapping mapping;
    for (const auto& [column, field] : kColumns) {
        mapping.emplace(column_key(column), field);
    }
    for (const auto& [column, field] : more) {
        if (!is_field(field)) {
            return fail(ErrorCode::kInvalid,
                        "column \"{}\": there is no field \"{}\"; there are {}, title.LANGUAGE, "
                        "synopsis.LANGUAGE, keep and ignore",
                        column, field, fmt::join(kFields, ", "));
        }
        mapping[column_key(column)] = field;
    }
    return mapping;
}

Result<EntrySheet> read_sheet(const std::string& name, ByteSpan bytes,
                              const SheetMapping& mapping) {
    constexpr std::size_t kLargest = std::size_t{64} << 20;
    if (bytes.size() > kLargest) {
        return fail(ErrorCode::kInvalid, "{}: larger than {} MiB: this is no sheet of entries",
                    name, kLargest >> 20);
    }
    const subtitles::DecodedText decoded = TRY(subtitles::decode_text(name, bytes));
    EntrySheet sheet;
    sheet.encoding = fmt::format("{} ({}: {})", subtitles::to_string(decoded.encoding),
                                 subtitles::to_string(decoded.certainty), decoded.reason);
    for (const subtitles::Problem& problem : decoded.problems) {
        sheet.problems.push_back({static_cast<std::size_t>(problem.line), problem.message});
    }
    const base::CsvTable table = base::parse_csv(decoded.text);
    for (const base::CsvProblem& problem : table.problems) {
        sheet.problems.push_back({problem.line, problem.message});
    }
    if (table.records.empty()) return fail(ErrorCode::kInvalid, "{}: holds no table", name);
    std::vector<Column> columns;
    bool tells_apart = false;
    for (const std::string& field : table.records.front().fields) {
        Column column{std::string(trimmed(field)), "keep"};
        if (column.name.empty()) column.name = fmt::format("column {}", columns.size() + 1);
        const auto found = mapping.find(column_key(column.name));
        if (found != mapping.end()) column.field = found->second;
        tells_apart = tells_apart || column.field == "file" || column.field == "tracking" ||
                      column.field == "submission" || column.field.starts_with("title");
        sheet.columns[column.name] = column.field;
        columns.push_back(std::move(column));
    }
    if (!tells_apart) {
        return fail(ErrorCode::kInvalid,
                    "{}: none of the columns {} is known to hold a title, a file name or a "
                    "number; say which does, as in --map \"{}=title\"",
                    name, fmt::join(table.records.front().fields, ", "), columns.front().name);
    }
    std::map<std::string, std::size_t> lines;
    for (std::size_t i = 1; i < table.records.size(); ++i) {
        const base::CsvRecord& record = table.records[i];
        store::SheetRow row = RowReader(columns, record, sheet.problems).read(name);
        if (row.key.empty()) {
            sheet.problems.push_back(
                {record.line, "has no title, file name or number, and is left out"});
            continue;
        }
        const auto [first, is_new] = lines.emplace(row.key, record.line);
        if (!is_new) {
            sheet.problems.push_back(
                {record.line, fmt::format("is about the same entry as line {} ({}), and is left "
                                          "out",
                                          first->second, row.key)});
            continue;
        }
        sheet.rows.push_back(std::move(row));
    }
    std::ranges::stable_sort(sheet.problems, {}, &SheetProblem::line);
    return sheet;
}

std::vector<RowMatch> match_rows(std::span<const store::SheetRow> rows,
                                 std::span<const SheetFilm> films) {
    std::vector<FilmWords> names;
    for (const SheetFilm& film : films) {
        FilmWords name;
        name.words = words_of(fs::path(film.file_name).stem().string());
        name.text = joined(name.words);
        name.name = joined(words_of(film.file_name));
        names.push_back(std::move(name));
    }
    std::set<std::string> taken;
    for (const store::SheetRow& row : rows) {
        if (!row.entry_id.empty()) taken.insert(row.entry_id);
    }

    std::vector<RowMatch> matches(rows.size());
    std::vector<Fit> fits(rows.size());
    std::map<std::size_t, std::vector<std::size_t>> claims;  // film -> rows
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (!rows[i].entry_id.empty()) {
            matches[i] = {RowFate::kMatched, rows[i].entry_id, {}, "before"};
            continue;
        }
        std::vector<std::size_t> best;
        for (std::size_t k = 0; k < films.size(); ++k) {
            if (taken.contains(films[k].entry_id)) continue;
            const Fit fit = fit_of(rows[i], names[k]);
            if (fit.evidence == Evidence::kNone || fit < fits[i]) continue;
            if (fit > fits[i]) best.clear();
            fits[i] = fit;
            best.push_back(k);
        }
        if (best.size() == 1) {
            claims[best.front()].push_back(i);
        } else if (!best.empty()) {
            matches[i].fate = RowFate::kAmbiguous;
            for (const std::size_t film : best)
                matches[i].candidates.push_back(films[film].entry_id);
        }
    }
    for (const auto& [film, claimants] : claims) {
        const auto strongest =
            *std::ranges::max_element(claimants, {}, [&](std::size_t row) { return fits[row]; });
        const auto equal = std::ranges::count_if(
            claimants, [&](std::size_t row) { return fits[row] == fits[strongest]; });
        for (const std::size_t row : claimants) {
            if (fits[row] < fits[strongest]) continue;  // it waits for a film of its own
            if (equal > 1) {
                matches[row] = {RowFate::kAmbiguous, "", {films[film].entry_id}, ""};
            } else {
                matches[row] = {RowFate::kMatched,
                                films[film].entry_id,
                                {},
                                std::string(to_string(fits[row].evidence))};
            }
        }
    }
    return matches;
}

}  // namespace matinee::app
