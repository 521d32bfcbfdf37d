// Sheets of entries, as festival platforms export them: what their columns mean, and which films
// their rows belong to. Values in, values out.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "store/store.h"

namespace matinee::app {

// Column -> field. Columns are compared without regard to case, spaces and punctuation; fields are
//
//     file, tracking, submission        what the row's film is known by
//     title, title.LANGUAGE             "zh", "pt-BR" ...; title.original: in the row's language
//     synopsis, synopsis.LANGUAGE       likewise
//     language                          what the film's own language is
//     author, country                   of several columns, the first that has something
//     submitter                         stands in where no author is named
//     category, content_notes           several are separated by semicolons, bars or line breaks
//     not_before, not_after             2026-11-20, or an instant
//     keep                              it is kept as metadata, as every unknown column
//     ignore                            it is left out
using SheetMapping = std::map<std::string, std::string>;

// "Column=field", as --map has it.
Result<std::pair<std::string, std::string>> parse_mapping(const std::string& text);

// All of them; kInvalid names what is none, or a field that there is not.
Result<SheetMapping> mapping_from(std::span<const std::string> texts);

// The columns of FilmFreeway's export and what is like it, with `more` over them. kInvalid names a
// field that there is not.
Result<SheetMapping> sheet_mapping(const SheetMapping& more);

struct SheetProblem {
    std::size_t line = 0;
    std::string message;

    bool operator==(const SheetProblem&) const = default;
};

struct EntrySheet {
    std::vector<store::SheetRow> rows;  // in the order of their lines; no entries yet
    std::vector<SheetProblem> problems;
    std::map<std::string, std::string> columns;  // by name: the field it was taken for
    std::string encoding;                        // "UTF-8 (certain: ...)", for the producer
};

// Reads the sheet called `name`, in any usual encoding. A row with a problem is read as far as it
// makes sense. kInvalid when it is no table, or none of its columns tells films apart.
Result<EntrySheet> read_sheet(const std::string& name, ByteSpan bytes, const SheetMapping& mapping);

// A film that rows may belong to.
struct SheetFilm {
    std::string entry_id;
    std::string file_name;  // without folder

    bool operator==(const SheetFilm&) const = default;
};

enum class RowFate : std::uint8_t {
    kMatched,
    kWaiting,    // there is no such film (yet)
    kAmbiguous,  // several films fit, or it fits a film that another row fits as well
};

struct RowMatch {
    RowFate fate = RowFate::kWaiting;
    std::string entry_id;                 // when matched
    std::vector<std::string> candidates;  // entries that fit, when ambiguous
    std::string by;                       // what it was matched by: "file", "tracking", "title" ...

    bool operator==(const RowMatch&) const = default;
};

// Which film each row is about; one for each row. A row that has an entry keeps it, and so does the
// film. A file name decides alone; without one the tracking number or submission number, standing
// by itself in the film's name, or else the title: the film's whole name, or part of it.
std::vector<RowMatch> match_rows(std::span<const store::SheetRow> rows,
                                 std::span<const SheetFilm> films);

}  // namespace matinee::app
