#include "app/intake.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "app/description.h"
#include "app/subtitle_intake.h"
#include "library/mapped_file.h"
#include "subtitles/language.h"
#include "subtitles/parse.h"

namespace matinee::app {

namespace {

namespace fs = std::filesystem;

}  // namespace

bool has_sheet_extension(const fs::path& path) {
    std::string extension = path.extension().string();
    std::ranges::transform(extension, extension.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return extension == ".csv" || extension == ".tsv";
}

std::optional<SidecarName> match_subtitles(std::string_view film_name, std::string_view file_name) {
    if (!subtitles::has_subtitle_extension(file_name)) return std::nullopt;
    const auto sidecar = subtitles::match_sidecar(file_name, film_name);
    if (!sidecar) return std::nullopt;
    return SidecarName{sidecar->language, std::string(kind_word(sidecar->kind)), sidecar->label};
}

namespace {

bool is_sheet(const fs::path& path) {
    std::error_code error;
    return has_sheet_extension(path) && fs::is_regular_file(path, error);
}

// Rows, those of sheets over those that are kept, with the films they may be about.
class Sheets {
  public:
    Sheets(Workspace& workspace, const IntakeOptions& options, Intake& intake)
        : store_(*workspace.store),
          config_(workspace.config.import),
          options_(options),
          intake_(intake) {}

    // What is known already. Before all else.
    Result<void> open() {
        for (store::SheetRow& row : TRY(store_.list_sheet_rows())) {
            known_.emplace(row.key, row);
            rows_.emplace(row.key, std::move(row));
        }
        TRY(find_films());
        forget_entries_that_are_gone();
        return {};
    }

    Result<void> add(const fs::path& file) {
        const auto mapped = TRY(library::MappedFile::open(file));
        return add(file, mapped->bytes());
    }

    Result<void> add(const fs::path& file, ByteSpan bytes) {
        SheetMapping more = config_.columns;
        for (const auto& [column, field] : options_.mapping)
            more[column] = field;
        const SheetMapping mapping = TRY(sheet_mapping(more));
        EntrySheet sheet = TRY(read_sheet(file.filename().string(), bytes, mapping));
        SheetIntake& intake = intake_.sheets.emplace_back();
        intake.file = file;
        intake.encoding = std::move(sheet.encoding);
        intake.columns = std::move(sheet.columns);
        intake.problems = std::move(sheet.problems);
        for (store::SheetRow& row : sheet.rows) {
            const auto before = rows_.find(row.key);
            if (before != rows_.end()) row.entry_id = before->second.entry_id;
            rows_[row.key] = row;
            intake.rows.push_back({std::move(row), {}, {}});
        }
        return {};
    }

    // Finds each row's film, and writes what has changed unless this is a dry run.
    Result<void> finish() {
        match();
        if (options_.dry_run) return {};
        return write();
    }

  private:
    // Those of this import may not be in the store: it may be a dry run.
    Result<void> find_films() {
        std::map<std::string, std::string> films;
        for (const store::Entry& entry : TRY(store_.list_entries())) {
            if (entry.kind != store::EntryKind::kFilm) continue;
            fs::path path = entry.source.path;
            // Of an upload that is called after its entry, what it was called before tells more.
            if (const auto former = TRY(store_.former_source_of(entry.id))) path = former->path;
            films[entry.id] = path.filename().string();
        }
        const ImportSummary& summary = intake_.summary;
        for (std::size_t i = 0; i < summary.entries.size(); ++i) {
            films.emplace(summary.entries[i], summary.paths[i].filename().string());
        }
        for (auto& [id, name] : films)
            films_.push_back({id, std::move(name)});
        return {};
    }

    void forget_entries_that_are_gone() {
        for (auto& [key, row] : rows_) {
            if (std::ranges::find(films_, row.entry_id, &SheetFilm::entry_id) == films_.end()) {
                row.entry_id.clear();
            }
        }
    }

    void match() {
        std::vector<store::SheetRow> rows;
        for (const auto& [key, row] : rows_)
            rows.push_back(row);
        const std::vector<RowMatch> matches = match_rows(rows, films_);
        std::set<std::string> with_row;
        std::map<std::string, RowMatch> by_key;
        for (std::size_t i = 0; i < rows.size(); ++i) {
            rows_[rows[i].key].entry_id = matches[i].entry_id;
            with_row.insert(matches[i].entry_id);
            by_key[rows[i].key] = matches[i];
        }
        std::set<std::string> in_sheets;
        for (SheetIntake& sheet : intake_.sheets) {
            for (SheetRowNote& note : sheet.rows) {
                note.match = by_key[note.row.key];
                note.row.entry_id = note.match.entry_id;
                note.change = change_of(note.row);
                in_sheets.insert(note.row.key);
            }
        }
        for (const auto& [key, row] : rows_) {
            if (in_sheets.contains(key) || row.entry_id.empty() ||
                row.entry_id == known_.at(key).entry_id) {
                continue;
            }
            intake_.arrived.push_back({row, by_key[key], SheetRowNote::Change::kChanged});
        }
        if (intake_.sheets.empty()) return;
        for (const SheetFilm& film : films_) {
            if (!with_row.contains(film.entry_id)) intake_.without_row.push_back(film.entry_id);
        }
    }

    // On which line of which sheet it stands is no change.
    [[nodiscard]] SheetRowNote::Change change_of(const store::SheetRow& row) const {
        const auto before = known_.find(row.key);
        if (before == known_.end()) return SheetRowNote::Change::kAdded;
        store::SheetRow same = before->second;
        same.sheet = row.sheet;
        same.line = row.line;
        return same == row ? SheetRowNote::Change::kUnchanged : SheetRowNote::Change::kChanged;
    }

    Result<void> write() {
        std::vector<store::SheetRow> changed;
        std::set<std::string> entries;
        for (const auto& [key, row] : rows_) {
            if (change_of(row) == SheetRowNote::Change::kUnchanged) continue;
            changed.push_back(row);
            if (!row.entry_id.empty()) entries.insert(row.entry_id);
            const auto before = known_.find(key);
            if (before != known_.end()) entries.insert(before->second.entry_id);
        }
        if (!changed.empty()) TRY(store_.put_sheet_rows(changed));
        // Also those that a killed import has left as they were: it changes nothing elsewhere.
        for (const auto& [key, row] : rows_) {
            if (!row.entry_id.empty()) entries.insert(row.entry_id);
        }
        for (const std::string& entry : entries) {
            if (entry.empty()) continue;
            auto described = redescribe(store_, entry);
            if (described) continue;
            const ErrorCode code = described.error().code();
            if (code == ErrorCode::kNotFound) continue;  // it is gone, and its row waits
            if (code != ErrorCode::kInvalid) return Unexpected(std::move(described).error());
            intake_.summary.problems.push_back({entry, described.error().to_string()});
        }
        return {};
    }

    store::Store& store_;
    const ImportConfig& config_;
    const IntakeOptions& options_;
    Intake& intake_;
    std::map<std::string, store::SheetRow> known_;  // as they are in the store
    std::map<std::string, store::SheetRow> rows_;   // as they are to be
    std::vector<SheetFilm> films_;                  // by entry
};

}  // namespace

Result<Intake> take_in(Workspace& workspace, std::span<const fs::path> paths,
                       const IntakeOptions& wanted) {
    Intake intake;
    ImportOptions options;
    options.match_subtitles = match_subtitles;
    options.install_subtitles =
        [&](const std::string& entry_id,
            std::span<const store::SubtitleSource> sources) -> Result<InstalledSubtitles> {
        const SubtitleContext context =
            TRY(subtitle_context(*workspace.store, *workspace.library, entry_id));
        return install_subtitles(workspace.library->subtitles_folder(), sources, context,
                                 intake.subtitle_problems);
    };
    options.has_media = [&](const std::string& media_id) {
        return workspace.library->has_media(media_id);
    };
    options.house_json = to_json(workspace.config.house);
    // What failed for want of a plugin may work today; trying again costs little.
    options.retry_failed = true;
    options.on_file = wanted.on_file;
    options.uploads = workspace.folder / kFilmsFolder;
    options.entry_id = wanted.entry_id;
    options.dry_run = wanted.dry_run;
    std::vector<fs::path> films;
    std::vector<fs::path> sheets;
    for (const fs::path& path : paths)
        (is_sheet(path) ? sheets : films).push_back(path);
    intake.summary = TRY(import_files(*workspace.store, films, options));
    Sheets rows(workspace, wanted, intake);
    TRY(rows.open());
    for (const fs::path& sheet : sheets)
        TRY(rows.add(sheet));
    TRY(rows.finish());
    return intake;
}

Result<Intake> take_in_sheet(Workspace& workspace, const std::string& name, ByteSpan bytes,
                             const IntakeOptions& options) {
    Intake intake;
    Sheets rows(workspace, options, intake);
    TRY(rows.open());
    TRY(rows.add(name, bytes));
    TRY(rows.finish());
    return intake;
}

}  // namespace matinee::app
