#include "app/as_run_document.h"

#include <algorithm>
#include <set>
#include <span>

#include <nlohmann/json.hpp>

#include "library/sha256.h"

namespace matinee::app {

namespace {

using nlohmann::json;
using playout::AsRunRecord;

constexpr std::string_view kJsonFormat = "matinee-as-run/1";
constexpr std::string_view kCsvFormat = "matinee-as-run-csv/1";
constexpr std::string_view kAlgorithm = "Ed25519";

// Keys sorted, no white space (RFC 8785): nlohmann's objects are sorted by bytes, which for the
// keys that occur here is the RFC's order, and all numbers are integers.
std::string canonical(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

std::string digest_of(std::string_view text) {
    return library::sha256_hex(base::as_byte_span(text));
}

json record_json(const AsRunRecord& record) {
    json marks = json::array();
    for (const playout::AsRunMark& mark : record.marks) {
        marks.push_back(
            {{"at", base::to_rfc3339(mark.at)}, {"kind", mark.kind}, {"detail", mark.detail}});
    }
    json value{{"channel", record.channel_id},
               {"ordinal", record.ordinal},
               {"entry", record.entry_id},
               {"title", record.titles},
               {"author", record.author},
               {"country", record.country},
               {"start", base::to_rfc3339(record.starts_at())},
               {"end", base::to_rfc3339(record.ends_at())},
               {"ending", record.ending()},
               {"epoch", base::to_rfc3339(record.epoch)},
               {"start_ticks", record.start.count()},
               {"end_ticks", record.end().count()},
               {"media", record.media_id},
               {"subtitles", record.subtitles_id},
               {"source_sha256", record.source_sha256},
               {"incidents", std::move(marks)}};
    if (record.rate) {
        value["frame_rate"] = {record.rate->numerator, record.rate->denominator};
        value["frames"] = record.frames().value_or(0);
    }
    if (record.is_part()) {
        value["in"] = record.in;
        if (record.out) value["out"] = *record.out;
    }
    if (record.media_duration) value["media_ticks"] = record.media_duration->count();
    // As it is when it is read again: text that was no UTF-8 is repaired.
    return json::parse(canonical(value));
}

json statement_of(const AsRunReport& report, std::string_view format, const VerifyingKey& key,
                  const std::vector<std::string>& digests) {
    json statement{{"format", format},
                   {"generator", report.generator},
                   {"made", base::to_rfc3339(report.made)},
                   {"key", key.id()},
                   {"period", {{"from", nullptr}, {"to", base::to_rfc3339(report.to)}}},
                   {"airings", digests}};
    if (report.from) statement["period"]["from"] = base::to_rfc3339(*report.from);
    if (!report.channel_id.empty()) statement["channel"] = report.channel_id;
    if (!report.entry_id.empty()) statement["entry"] = report.entry_id;
    return statement;
}

// -- Checking ------------------------------------------------------------------------------------

// Parses JSON that must not say anything twice: readers differ in which of two they believe.
Result<json> parse_strictly(std::string_view text, std::string_view what) {
    std::vector<std::set<std::string>> keys;
    std::string twice;
    const auto watch = [&](int, json::parse_event_t event, json& value) {
        if (event == json::parse_event_t::object_start) keys.emplace_back();
        if (event == json::parse_event_t::object_end) keys.pop_back();
        if (event == json::parse_event_t::key &&
            !keys.back().insert(value.get<std::string>()).second) {
            twice = value.get<std::string>();
        }
        return true;
    };
    json parsed = json::parse(text, watch, false);
    if (!parsed.is_object()) return fail(ErrorCode::kInvalid, "{} is no JSON object", what);
    if (!twice.empty()) {
        return fail(ErrorCode::kInvalid, "{} says \"{}\" twice: matinee writes no such document",
                    what, twice);
    }
    return parsed;
}

std::string text_at(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Result<std::vector<std::string>> digests_at(const json& object, const char* key) {
    const auto found = object.find(key);
    if (found == object.end() || !found->is_array()) {
        return fail(ErrorCode::kInvalid, "the signature has no list of digests");
    }
    std::vector<std::string> digests;
    for (const json& digest : *found) {
        if (!digest.is_string()) {
            return fail(ErrorCode::kInvalid, "the signature's digests are no texts");
        }
        digests.push_back(digest.get<std::string>());
    }
    return digests;
}

// What differs between the lines that were signed and those that are there; `names` says what each
// of the latter is, and `noun` what they are.
std::vector<std::string> differences(std::span<const std::string> wanted,
                                     std::span<const std::string> found,
                                     std::span<const std::string> names, std::string_view noun) {
    std::vector<std::string> faults;
    const std::multiset<std::string> signed_lines(wanted.begin(), wanted.end());
    const std::multiset<std::string> present(found.begin(), found.end());
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (!signed_lines.contains(found[i])) {
            faults.push_back(fmt::format("{} has been changed or added", names[i]));
        } else if (present.count(found[i]) > signed_lines.count(found[i])) {
            faults.push_back(fmt::format("{} stands there more often than was signed", names[i]));
        }
    }
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (!present.contains(wanted[i])) {
            faults.push_back(fmt::format("of {} {} signed, number {} is missing or changed",
                                         wanted.size(), noun, i + 1));
        }
    }
    if (faults.empty() && !std::ranges::equal(wanted, found)) {
        faults.push_back(fmt::format("the {} do not stand in the order that was signed", noun));
    }
    return faults;
}

std::string about(const json& statement, std::size_t airings) {
    const std::string channel = text_at(statement, "channel");
    const json period = statement.value("period", json::object());
    const json& shape = period.is_object() ? period : json::object();
    const std::string from = text_at(shape, "from");
    return fmt::format(
        "{}, {} to {}, {} airings",
        channel.empty() ? "entry " + text_at(statement, "entry") : "channel " + channel,
        from.empty() ? "from the beginning" : "from " + from, text_at(shape, "to"), airings);
}

// The part of a check that both kinds share: `statement` without digests, the digests that it lists
// and those of what is there.
std::vector<std::string> check_statement(json statement, std::string_view format,
                                         const std::string& signature,
                                         const std::vector<std::string>& listed,
                                         const std::vector<std::string>& computed,
                                         const std::vector<std::string>& names,
                                         std::string_view noun, const VerifyingKey& key) {
    std::vector<std::string> faults;
    if (text_at(statement, "format") != format) {
        faults.push_back(fmt::format("its format is \"{}\" and not \"{}\"",
                                     text_at(statement, "format"), format));
    }
    const std::string signer = text_at(statement, "key");
    if (signer != key.id()) {
        faults.push_back(fmt::format("it names another key ({}) than the one that is trusted ({})",
                                     signer.empty() ? "none" : signer, key.id()));
    }
    statement["airings"] = listed;
    if (!key.verifies(canonical(statement), signature)) {
        faults.emplace_back(
            "its signature does not fit what stands above the lines (format, channel or entry, "
            "period, dates, key) and the list of digests: one of these has been changed, or the "
            "document was signed with another key");
    }
    const auto changed = differences(listed, computed, names, noun);
    faults.insert(faults.end(), changed.begin(), changed.end());
    return faults;
}

}  // namespace

Result<std::string> signed_json(const AsRunReport& report, const SigningKey& key) {
    json airings = json::array();
    std::vector<std::string> digests;
    for (const AsRunRecord& record : report.records) {
        json airing = record_json(record);
        digests.push_back(digest_of(canonical(airing)));
        airings.push_back(std::move(airing));
    }
    json document = statement_of(report, kJsonFormat, key.verifying(), digests);
    const std::string signature = TRY(key.sign(canonical(document)));
    document["airings"] = std::move(airings);
    document["signature"] = {{"algorithm", kAlgorithm}, {"airings", digests}, {"value", signature}};
    return document.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
}

Result<SignedCsv> signed_csv(const AsRunReport& report, const SigningKey& key) {
    SignedCsv document;
    std::vector<std::string> digests;
    for (const std::string& line : playout::as_run_csv(report.records)) {
        digests.push_back(digest_of(line));
        document.csv += line;
    }
    json statement = statement_of(report, kCsvFormat, key.verifying(), digests);
    const std::string signature = TRY(key.sign(canonical(statement)));
    statement["signature"] = {{"algorithm", kAlgorithm}, {"value", signature}};
    document.signature = statement.dump(2, ' ', false, json::error_handler_t::replace) + "\n";
    return document;
}

Result<AsRunCheck> check_json(std::string_view document, const VerifyingKey& key) {
    json parsed = TRY(parse_strictly(document, "the document"));
    const json signature = parsed.value("signature", json());
    const json airings = parsed.value("airings", json());
    if (!signature.is_object() || !airings.is_array()) {
        return fail(ErrorCode::kInvalid,
                    "this is no signed as-run log: it has no \"airings\" or no \"signature\"");
    }
    std::vector<std::string> computed;
    std::vector<std::string> names;
    for (const json& airing : airings) {
        computed.push_back(digest_of(canonical(airing)));
        const json shape = airing.is_object() ? airing : json::object();
        names.push_back(fmt::format("airing {} ({} at {})", computed.size(),
                                    text_at(shape, "entry"), text_at(shape, "start")));
    }
    parsed.erase("signature");
    AsRunCheck check;
    check.about = about(parsed, airings.size());
    check.faults =
        check_statement(parsed, kJsonFormat, text_at(signature, "value"),
                        TRY(digests_at(signature, "airings")), computed, names, "airings", key);
    return check;
}

Result<AsRunCheck> check_csv(std::string_view csv, std::string_view signature_file,
                             const VerifyingKey& key) {
    json statement = TRY(parse_strictly(signature_file, "the signature file"));
    const json signature = statement.value("signature", json());
    if (!signature.is_object()) {
        return fail(ErrorCode::kInvalid, "the signature file has no \"signature\"");
    }
    const auto listed = TRY(digests_at(statement, "airings"));
    std::vector<std::string> computed;
    std::vector<std::string> names;
    for (const std::string_view line : playout::csv_lines(csv)) {
        computed.push_back(digest_of(line));
        names.push_back(computed.size() == 1 ? std::string("line 1 (the names of the columns)")
                                             : fmt::format("line {}", computed.size()));
    }
    statement.erase("signature");
    AsRunCheck check;
    check.about = about(statement, computed.empty() ? 0 : computed.size() - 1);
    check.faults = check_statement(statement, kCsvFormat, text_at(signature, "value"), listed,
                                   computed, names, "lines", key);
    return check;
}

}  // namespace matinee::app
