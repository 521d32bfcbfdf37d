// Pipeline descriptions: text an operator can read and edit, with placeholders filled in here.
//
// The grammar of a `.gst` file:
//
//     # to the end of the line is a comment (where the # is the first thing on its line)
//     element property=value ! element name={placeholder}
//
// A placeholder is `{name}`, name = [a-z][a-z0-9-]*. Everything else goes to gst_parse_launch
// as it stands, so the syntax is that of `gst-launch-1.0`. There is no way to write a literal
// brace: GStreamer's lists of caps are not needed in these files.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace matinee::prepare {

// Placeholder -> text.
using Values = std::map<std::string, std::string, std::less<>>;

// Fills `text`. kInvalid for a placeholder without a value, a value no placeholder asks for (an
// edited file that lost one would otherwise encode something else than planned), an unclosed
// brace. `name` is whose fault it is, for messages.
Result<std::string> fill_template(std::string_view name, std::string_view text,
                                  const Values& values);

// The folder of pipeline descriptions: $MATINEE_PIPELINES, else the installed one, else the one
// of the source tree this was built from. kNotFound when none of them is a folder.
Result<std::string> pipelines_directory();

// Reads `NAME.gst` from pipelines_directory() and fills it.
Result<std::string> load_pipeline(std::string_view name, const Values& values);

// The card template `NAME.svg` of pipelines_directory()/cards, as it stands. kNotFound names those
// that are there.
Result<std::string> load_card_template(std::string_view name);

}  // namespace matinee::prepare
