// Tables as text: RFC 4180, and what spreadsheets write instead of it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace matinee::base {

struct CsvRecord {
    std::size_t line = 0;  // on which it begins, from 1
    std::vector<std::string> fields;

    bool operator==(const CsvRecord&) const = default;
};

struct CsvProblem {
    std::size_t line = 0;
    std::string message;

    bool operator==(const CsvProblem&) const = default;
};

struct CsvTable {
    char delimiter = ',';
    std::vector<CsvRecord> records;  // lines without anything are left out
    std::vector<CsvProblem> problems;
};

// Reads a whole file, decoded to UTF-8; what is not UTF-8 in it stays as it is. Nothing is an
// error: what is odd is read as its writer most likely meant it, and named among the problems.
//
// Fields are separated by commas, semicolons (spreadsheets in countries with a decimal comma) or
// tabs, whichever the first record has most of, or by what Excel's first line "sep=;" says. Lines
// end with LF, CRLF or CR. Fields in quotes hold line breaks, separators, and quotes doubled.
// Spaces around quotes are dropped. ="0042", which keeps zeros from spreadsheets, is 0042. A quote
// that is never closed is a character like others.
CsvTable parse_csv(std::string_view text);

// The record as a line of RFC 4180, with CRLF.
std::string csv_line(const std::vector<std::string>& fields);

}  // namespace matinee::base
