// Which characters the machine's fonts can draw.
#pragma once

#include <functional>

namespace matinee::app {

// Whether any installed font has a glyph for a character. Asks fontconfig once, at the first call;
// a machine without fonts answers "no" to everything. Thread-safe.
std::function<bool(char32_t)> installed_glyphs();

}  // namespace matinee::app
