// What is said about an entry, put together from whoever says something.
//
// Descriptions are JSON as the importer's <stem>.json has them (importer.h): "title", "author",
// "country", what store::parse_metadata() knows, and anything else.
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "store/store.h"

namespace matinee::app {

// `lower` with what `upper` says over it; both are descriptions. Texts that may be in several
// languages ("title", "synopsis") are laid over each other by language, all else as a whole; null
// takes away what `lower` says.
std::string merge_descriptions(const std::string& lower, const std::string& upper);

// Checks a description, of a file or a layer. kInvalid, naming the key and what would be right.
Result<void> check_description(const std::string& description);

// Puts what the layers say into the entry: all of it, or nothing (kInvalid). What nobody says
// stays as it is.
Result<void> describe(store::EntryDescription& entry, const store::DescriptionLayers& layers);

// The title of an entry that nobody has given one: its file's name.
std::string display_title(const std::filesystem::path& file);

// Writes the entry's row anew from its layers, if that changes it. To be called when a layer has
// changed.
Result<void> redescribe(store::Store& store, const std::string& entry_id);

// Puts `said` (a description) over what has been set by hand, and the result into the entry. With
// `reset` nothing is kept of what was set before. Nothing is changed by what makes no sense.
enum class Before : std::uint8_t { kKept, kForgotten };
Result<void> describe_by_hand(store::Store& store, const std::string& entry_id,
                              const std::string& said, Before before);

// The same, if the entry still is as `known`: kConflict.
Result<void> describe_by_hand(store::Store& store, const store::Entry& known,
                              const std::string& said, Before before);

}  // namespace matinee::app
