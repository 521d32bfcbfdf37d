#include "base/csv.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace matinee::base {

namespace {

bool is_line_end(char c) {
    return c == '\n' || c == '\r';
}

// How often each separator stands outside of quotes in the first record that has anything in it.
char most_frequent_separator(std::string_view text) {
    constexpr std::array kSeparators{',', ';', '\t'};
    std::array<std::size_t, kSeparators.size()> counts{};
    bool quoted = false;
    bool any = false;
    for (const char c : text) {
        if (c == '"') quoted = !quoted;
        if (!quoted && is_line_end(c)) {
            if (any) break;
            continue;
        }
        any = true;
        if (quoted) continue;
        const auto* const found = std::ranges::find(kSeparators, c);
        if (found != kSeparators.end()) {
            ++counts.at(static_cast<std::size_t>(found - kSeparators.begin()));
        }
    }
    const auto* const most = std::ranges::max_element(counts);
    return kSeparators.at(static_cast<std::size_t>(most - counts.begin()));
}

class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {
        if (text_.starts_with("\xEF\xBB\xBF")) text_.remove_prefix(3);
        if (!take_separator_line()) table_.delimiter = most_frequent_separator(text_);
    }

    CsvTable read() && {
        while (at_ < text_.size()) {
            read_record();
        }
        return std::move(table_);
    }

  private:
    // "sep=;" on a line of its own, as Excel reads and writes it.
    bool take_separator_line() {
        constexpr std::string_view kWord = "sep=";
        const bool quoted = text_.starts_with('"');
        const std::string_view line = text_.substr(quoted ? 1 : 0);
        if (!line.starts_with(kWord) || line.size() <= kWord.size()) return false;
        const char separator = line[kWord.size()];
        if (separator != ',' && separator != ';' && separator != '\t') return false;
        std::size_t end = kWord.size() + 1 + (quoted ? 1 : 0);
        if (quoted) {
            if (end >= text_.size() || text_[end] != '"') return false;
            ++end;
        }
        if (end < text_.size() && !is_line_end(text_[end])) return false;
        table_.delimiter = separator;
        at_ = end;
        skip_line_end();
        return true;
    }

    void skip_line_end() {
        if (at_ == text_.size()) return;
        const bool both = text_.substr(at_).starts_with("\r\n");
        at_ += both ? 2 : 1;
        ++line_;
    }

    [[nodiscard]] bool ends_field(std::size_t at) const {
        return at == text_.size() || text_[at] == table_.delimiter || is_line_end(text_[at]);
    }

    void read_record() {
        CsvRecord record;
        record.line = line_;
        bool more = true;
        while (more) {
            record.fields.push_back(read_field());
            more = at_ < text_.size() && text_[at_] == table_.delimiter;
            if (more) ++at_;
        }
        skip_line_end();
        const bool empty =
            std::ranges::all_of(record.fields, [](const std::string& f) { return f.empty(); });
        if (!empty) table_.records.push_back(std::move(record));
    }

    std::string read_field() {
        const std::size_t begin = at_;
        // A tab may be the separator, so only spaces are skipped.
        std::size_t quote = begin;
        while (quote < text_.size() && text_[quote] == ' ')
            ++quote;
        const bool formula = text_.substr(quote).starts_with("=\"");
        if (formula) ++quote;
        if (quote < text_.size() && text_[quote] == '"') {
            if (auto field = read_quoted(quote)) {
                if (!formula && field->size() >= 3 && field->starts_with("=\"") &&
                    field->ends_with('"')) {
                    return field->substr(2, field->size() - 3);  // "=""0042"""
                }
                return *std::move(field);
            }
            table_.problems.push_back(
                {line_,
                 "a quote is opened and never closed; the field is taken to end with its "
                 "separator or line"});
        }
        at_ = begin;
        while (!ends_field(at_))
            ++at_;
        return std::string(text_.substr(begin, at_ - begin));
    }

    // The field whose quote stands at `quote`, leaving the position at what ends it. Nothing when
    // it has no end. All of a file is searched through for that once at most: where it has no end,
    // every later run of quotes is even, and a field that begins with such a run ends with it.
    std::optional<std::string> read_quoted(std::size_t quote) {
        std::string field;
        std::size_t at = quote + 1;
        std::size_t lines = 0;
        while (true) {
            if (at == text_.size()) return std::nullopt;
            const char c = text_[at];
            if (c == '"') {
                if (!text_.substr(at + 1).starts_with('"')) break;
                ++at;
            } else if (c == '\n' || (c == '\r' && !text_.substr(at + 1).starts_with('\n'))) {
                ++lines;
            }
            field += c;
            ++at;
        }
        ++at;
        const std::size_t first_line = line_;
        line_ += lines;
        std::size_t end = at;
        while (!ends_field(end))
            ++end;
        const std::string_view rest = text_.substr(at, end - at);
        if (rest.find_first_not_of(' ') != std::string_view::npos) {
            table_.problems.push_back(
                {first_line,
                 "a quote is closed in the middle of a field; a quote within quotes is "
                 "written twice"});
            field += rest;
        }
        at_ = end;
        return field;
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_ = 1;
    CsvTable table_;
};

}  // namespace

CsvTable parse_csv(std::string_view text) {
    return Reader(text).read();
}

std::string csv_line(const std::vector<std::string>& fields) {
    std::string line;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        if (i > 0) line += ',';
        const std::string& field = fields[i];
        // In quotes as well: what would be read as something else.
        const bool plain = field.find_first_of(",;\t\"\r\n= ") == std::string::npos &&
                           !field.starts_with("sep=") && !field.empty();
        if (plain) {
            line += field;
            continue;
        }
        line += '"';
        for (const char c : field) {
            if (c == '"') line += '"';
            line += c;
        }
        line += '"';
    }
    return line + "\r\n";
}

}  // namespace matinee::base
