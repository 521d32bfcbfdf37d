#include "app/installed_fonts.h"

#include <fontconfig/fontconfig.h>

#include <memory>

#include "base/handle.h"

namespace matinee::app {

namespace {

// The characters of all fonts together. Immutable once made.
std::shared_ptr<const FcCharSet> all_characters() {
    const base::Owned<FcConfig, FcConfigDestroy> config(FcInitLoadConfigAndFonts());
    const base::Owned<FcPattern, FcPatternDestroy> any(FcPatternCreate());
    const base::Owned<FcObjectSet, FcObjectSetDestroy> wanted(
        FcObjectSetBuild(FC_CHARSET, nullptr));
    const base::Owned<FcFontSet, FcFontSetDestroy> fonts(
        FcFontList(config.get(), any.get(), wanted.get()));
    std::shared_ptr<FcCharSet> all(FcCharSetCreate(), FcCharSetDestroy);
    if (!fonts) return all;
    for (int i = 0; i < fonts->nfont; ++i) {
        FcCharSet* characters = nullptr;  // belongs to the pattern
        if (FcPatternGetCharSet(fonts->fonts[i], FC_CHARSET, 0, &characters) == FcResultMatch) {
            FcCharSetMerge(all.get(), characters, nullptr);
        }
    }
    return all;
}

}  // namespace

std::function<bool(char32_t)> installed_glyphs() {
    return [](char32_t character) {
        static const std::shared_ptr<const FcCharSet> kAll = all_characters();
        return FcCharSetHasChar(kAll.get(), character) == FcTrue;
    };
}

}  // namespace matinee::app
