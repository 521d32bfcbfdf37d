#include "app/description.h"

#include <algorithm>
#include <array>
#include <utility>

#include <nlohmann/json.hpp>

#include "app/json_line.h"
#include "base/utf8.h"
#include "store/metadata.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// Those that may be one per language, and of which a layer need not give all.
constexpr std::array kLocalized{"title", "synopsis"};

Result<json> object_of(const std::string& description) {
    json object = json::parse(description, nullptr, false);
    if (!object.is_object()) {
        return fail(ErrorCode::kInvalid,
                    "not a JSON object, as in {{\"title\": {{\"en\": \"...\"}}, \"author\": "
                    "\"...\", \"country\": \"...\"}}");
    }
    return object;
}

json by_language(const json& text) {
    return text.is_object() ? text : json{{"und", text}};
}

void lay_over(json& lower, const json& upper) {
    for (const auto& [key, value] : upper.items()) {
        if (value.is_null()) {
            lower.erase(key);
        } else if (std::ranges::find(kLocalized, key) != kLocalized.end() && lower.contains(key) &&
                   (value.is_object() || value.is_string())) {
            json texts = by_language(lower[key]);
            const json said = by_language(value);
            for (const auto& [language, text] : said.items()) {
                if (text.is_null()) {
                    texts.erase(language);
                } else {
                    texts[language] = text;
                }
            }
            lower[key] = std::move(texts);
        } else {
            lower[key] = value;
        }
    }
}

Result<void> apply_title(const json& title, store::EntryDescription& entry) {
    if (title.is_string()) {
        entry.titles = {{"und", title.get<std::string>()}};
        return {};
    }
    if (!title.is_object()) {
        return fail(ErrorCode::kInvalid, "\"title\" must be a text, or one per language");
    }
    store::Titles titles;
    for (const auto& [language, text] : title.items()) {
        if (!text.is_string()) {
            return fail(ErrorCode::kInvalid, "\"title\": \"{}\" must be a text", language);
        }
        titles.emplace(language, text.get<std::string>());
    }
    if (!titles.empty()) entry.titles = std::move(titles);
    return {};
}

Result<void> apply(json said, store::EntryDescription& entry) {
    store::EntryDescription described = entry;
    if (said.contains("title")) TRY(apply_title(said["title"], described));
    for (const auto& [key, field] :
         {std::pair("author", &described.author), std::pair("country", &described.country)}) {
        if (!said.contains(key)) continue;
        if (!said[key].is_string()) {
            return fail(ErrorCode::kInvalid, "\"{}\" must be a text", key);
        }
        *field = said[key].get<std::string>();
    }
    for (const char* key : {"title", "author", "country"}) {
        said.erase(key);
    }
    described.metadata = json_line(said);
    TRY(store::parse_metadata(described.metadata));
    entry = std::move(described);
    return {};
}

// What the row of an entry says, of which no layer is known: it was imported by an older matinee.
std::string description_of(const store::EntryDescription& entry) {
    json said = json::parse(entry.metadata, nullptr, false);
    if (!said.is_object()) said = json::object();
    said["title"] = entry.titles;
    if (!entry.author.empty()) said["author"] = entry.author;
    if (!entry.country.empty()) said["country"] = entry.country;
    return json_line(said);
}

Result<store::EntryDescription> described(const store::EntryDescription& entry,
                                          const store::DescriptionLayers& layers) {
    store::EntryDescription plain;
    plain.id = entry.id;
    plain.kind = entry.kind;
    plain.source = entry.source;
    plain.titles = {{"und", display_title(entry.source.path)}};
    TRY(describe(plain, layers));
    return plain;
}

// The lowest layer is made up of the entry where it is not there.
store::DescriptionLayers with_file(store::DescriptionLayers layers, const store::Entry& entry) {
    if (!layers.file) layers.file = description_of(entry);
    return layers;
}

Result<void> write(store::Store& store, const store::Entry& entry,
                   const store::EntryDescription& described) {
    if (static_cast<const store::EntryDescription&>(entry) == described) return {};
    return store.upsert_entry(described);
}

}  // namespace

std::string display_title(const fs::path& file) {
    std::string title = base::to_valid_utf8(file.stem().string());
    std::ranges::replace(title, '_', ' ');
    return title;
}

std::string merge_descriptions(const std::string& lower, const std::string& upper) {
    json merged = json::parse(lower, nullptr, false);
    if (!merged.is_object()) merged = json::object();
    const json over = json::parse(upper, nullptr, false);
    if (over.is_object()) lay_over(merged, over);
    return json_line(merged);
}

Result<void> check_description(const std::string& description) {
    store::EntryDescription scratch;
    return apply(TRY(object_of(description)), scratch);
}

Result<void> describe(store::EntryDescription& entry, const store::DescriptionLayers& layers) {
    json merged = json::object();
    for (const auto* layer : {&layers.file, &layers.sheet, &layers.hand}) {
        if (*layer) lay_over(merged, TRY(object_of(**layer)));
    }
    return apply(std::move(merged), entry);
}

Result<void> redescribe(store::Store& store, const std::string& entry_id) {
    const store::Entry entry = TRY(store.find_entry(entry_id));
    const store::DescriptionLayers known = TRY(store.description_layers(entry_id));
    const store::DescriptionLayers layers = with_file(known, entry);
    const store::EntryDescription wanted = TRY(described(entry, layers));
    if (!known.file) {
        TRY(store.set_description(entry_id, store::DescriptionLayer::kFile, *layers.file));
    }
    return write(store, entry, wanted);
}

Result<void> describe_by_hand(store::Store& store, const std::string& entry_id,
                              const std::string& said, Before before) {
    return describe_by_hand(store, TRY(store.find_entry(entry_id)), said, before);
}

Result<void> describe_by_hand(store::Store& store, const store::Entry& entry,
                              const std::string& said, Before before) {
    const store::DescriptionLayers known = TRY(store.description_layers(entry.id));
    store::DescriptionLayers layers = with_file(known, entry);
    json hand = json::object();
    if (before == Before::kKept && layers.hand) hand = TRY(object_of(*layers.hand));
    // Null stays in the layer: it takes away what the layers below say.
    const json over = TRY(object_of(said));
    for (const auto& [key, value] : over.items()) {
        const bool localized = std::ranges::find(kLocalized, key) != kLocalized.end();
        if (localized && value.is_object() && hand.contains(key) && !hand[key].is_null()) {
            json texts = by_language(hand[key]);
            texts.update(value);
            hand[key] = std::move(texts);
        } else {
            hand[key] = value;
        }
    }
    layers.hand.reset();
    if (!hand.empty()) layers.hand = json_line(hand);
    const auto wanted = described(entry, layers);
    if (!wanted) return fail(Error(wanted.error()), "entry {}", entry.id);
    return store.set_described({*wanted, layers}, {entry, known});
}

}  // namespace matinee::app
