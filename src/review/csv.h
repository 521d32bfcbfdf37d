// Tables for spreadsheets.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace matinee::review {

// What a file for spreadsheets begins with, or they take it for their own country's encoding.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

// A line of RFC 4180, with its CRLF. Text that a spreadsheet would take for a formula gets an
// apostrophe in front, since what jurors and authors write must not calculate at the producer's.
std::string csv_line(std::span<const std::string> fields);

}  // namespace matinee::review
