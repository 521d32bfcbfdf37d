#include "app/cards.h"

#include <algorithm>
#include <system_error>

#include "base/files.h"
#include "library/file_error.h"
#include "library/sha256.h"
#include "prepare/pipeline_text.h"
#include "subtitles/language.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostTitles = 3;
// Long enough to be repeated without anybody noticing, short enough to be prepared at once.
constexpr std::chrono::milliseconds kSlateDuration{8000};

prepare::CardValues values_of(const CardRequest& request) {
    prepare::CardValues values;
    for (std::size_t i = 0; i < request.titles.size(); ++i) {
        values[fmt::format("title-{}", i + 1)] = request.titles[i];
    }
    if (!request.author.empty()) values["author"] = {request.author, ""};
    if (!request.country.empty()) values["country"] = {request.country, ""};
    return values;
}

// Whether the entry has been made from this file in the present house format, or soon will be.
Result<bool> is_settled(Workspace& workspace, const store::Entry& entry,
                        const std::string& sha256) {
    if (entry.source.sha256 != sha256) return false;
    if (entry.state == store::EntryState::kQueued || entry.state == store::EntryState::kPreparing) {
        return true;
    }
    if (entry.state != store::EntryState::kReady || entry.media_source_sha256 != sha256 ||
        !workspace.library->has_media(entry.media_id)) {
        return false;
    }
    const store::Media media = TRY(workspace.store->find_media(entry.media_id));
    return media.house == to_json(workspace.config.house);
}

Result<std::optional<store::Entry>> find(store::Store& store, const std::string& id) {
    auto entry = store.find_entry(id);
    if (entry) return std::optional(*std::move(entry));
    if (entry.error().code() == ErrorCode::kNotFound) return std::optional<store::Entry>();
    return Unexpected(std::move(entry).error());
}

}  // namespace

std::chrono::milliseconds usual_duration(std::string_view card_template) {
    return card_template == kCountdownTemplate ? std::chrono::milliseconds(60'000)
                                               : CardRequest{}.duration;
}

prepare::CardText card_text(const std::string& argument) {
    const std::size_t equals = argument.find('=');
    if (equals != std::string::npos && subtitles::is_well_formed(argument.substr(0, equals))) {
        return {argument.substr(equals + 1), subtitles::canonical_tag(argument.substr(0, equals))};
    }
    return {argument, ""};
}

Result<void> fill_card_from(store::Store& store, const std::string& id, CardRequest& request) {
    const store::Entry entry = TRY(store.find_entry(id));
    if (request.titles.empty()) {
        for (const auto& [language, title] : entry.titles) {
            request.titles.push_back({title, language});
        }
        // By language, as the store has them, but Chinese first: it is legible at a glance when it
        // is the largest.
        std::ranges::stable_partition(request.titles, [](const prepare::CardText& title) {
            return title.language.starts_with("zh");
        });
        request.titles.resize(std::min(request.titles.size(), kMostTitles));
    }
    if (request.author.empty()) request.author = entry.author;
    if (request.country.empty()) request.country = entry.country;
    return {};
}

Result<void> make_card(Workspace& workspace, const CardRequest& request) {
    if (request.titles.size() > kMostTitles) {
        return fail(ErrorCode::kInvalid, "card {}: {} titles are too many; there is room for {}",
                    request.id, request.titles.size(), kMostTitles);
    }
    const auto known = TRY(find(*workspace.store, request.id));
    if (known && known->kind != request.kind) {
        return fail(ErrorCode::kConflict, "{} is the name of a {}; choose another", request.id,
                    to_string(known->kind));
    }
    prepare::Card card;
    card.duration = request.duration;
    const std::string svg = TRY(prepare::load_card_template(request.card_template));
    card.svg = TRY(prepare::fill_card(request.card_template, svg, values_of(request)));
    const std::string text = prepare::to_json(card);
    TRY(prepare::card_from_json(text));  // that the worker will take it

    store::EntryDescription entry;
    entry.id = request.id;
    entry.kind = request.kind;
    for (const prepare::CardText& title : request.titles) {
        entry.titles.emplace(title.language.empty() ? subtitles::kUndetermined : title.language,
                             title.text);
    }
    if (entry.titles.empty()) entry.titles.emplace(subtitles::kUndetermined, request.id);
    entry.author = request.author;
    entry.country = request.country;
    const fs::path folder = workspace.folder / kCardsFolder;
    entry.source.sha256 = library::sha256_hex(base::as_byte_span(text));
    // Named by content: a job that is under way keeps the file it began with.
    const fs::path path =
        folder / fmt::format("{}.{}.json", request.id, entry.source.sha256.substr(0, 8));
    entry.source.path = path.string();
    entry.source.size = static_cast<std::int64_t>(text.size());
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) return library::file_error(error.value(), folder, "cannot be created");
    // Named by its content: who was first wrote the same.
    TRY(base::create_file(path, text, 0644));

    const bool settled = known && TRY(is_settled(workspace, *known, entry.source.sha256));
    if (!known || static_cast<const store::EntryDescription&>(*known) != entry) {
        TRY(workspace.store->upsert_entry(entry));
    }
    if (!settled) TRY(workspace.store->enqueue_job(request.id));
    return {};
}

Result<std::string> make_slate(Workspace& workspace) {
    CardRequest request;
    request.card_template = "slate";
    request.kind = store::EntryKind::kSlate;
    request.duration = kSlateDuration;
    const std::vector<store::Entry> entries = TRY(workspace.store->list_entries());
    const auto slate = std::ranges::find(entries, request.kind, &store::Entry::kind);
    if (slate != entries.end()) {
        request.id = slate->id;
    } else {
        // A film may be called "slate".
        request.id = "slate";
        while (std::ranges::find(entries, request.id, &store::Entry::id) != entries.end()) {
            request.id += "-card";
        }
    }
    TRY(make_card(workspace, request));
    return request.id;
}

}  // namespace matinee::app
