#include "app/encrypting.h"

#include <chrono>

#include "app/broadcaster.h"
#include "app/station.h"
#include "auth/key_file.h"

namespace matinee::app {

Result<store::EncryptionEdit> set_encryption(Workspace& workspace, const std::string& channel,
                                             bool encrypted) {
    // The secret is made now rather than when the server needs it, so that a backup has it.
    TRY(auth::load_or_make_media_key(workspace.folder / kMediaKeyFile));
    const auto ahead = Ticks(Broadcaster::hold_back(broadcaster_options(workspace.config))) +
                       Broadcaster::kSpliceMargin;
    return workspace.store->set_encryption(channel, encrypted,
                                           std::chrono::ceil<std::chrono::milliseconds>(ahead));
}

}  // namespace matinee::app
