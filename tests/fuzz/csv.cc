#include "base/csv.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "fuzz/check.h"

// Any bytes are some table, whose lines are in order and within the file; and a table written
// anew is the same table.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace matinee;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const base::CsvTable table = base::parse_csv(text);
    std::size_t line = 0;
    std::string written = "\"sep=,\"\r\n";
    for (const base::CsvRecord& record : table.records) {
        FUZZ_CHECK(record.line > line && record.line <= size + 1);
        line = record.line;
        FUZZ_CHECK(!record.fields.empty());
        written += base::csv_line(record.fields);
    }
    for (const base::CsvProblem& problem : table.problems) {
        FUZZ_CHECK(problem.line >= 1 && problem.line <= size + 1);
    }
    const base::CsvTable again = base::parse_csv(written);
    FUZZ_CHECK(again.problems.empty());
    FUZZ_CHECK(again.records.size() == table.records.size());
    for (std::size_t i = 0; i < table.records.size(); ++i) {
        const auto& before = table.records[i].fields;
        const auto& after = again.records[i].fields;
        FUZZ_CHECK(before.size() == after.size());
        for (std::size_t k = 0; k < before.size(); ++k) {
            // ="x" is x: written in quotes it would lose them once more.
            if (!before[k].starts_with("=\"")) FUZZ_CHECK(before[k] == after[k]);
        }
    }
    return 0;
}
