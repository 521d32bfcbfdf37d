// Having a channel encrypted, or not any more.
#pragma once

#include <string>

#include "app/workspace.h"
#include "base/result.h"
#include "store/store.h"

namespace matinee::app {

// From the first airing on that begins when nobody can have fetched anything of it yet. kNotFound
// for a channel that is not there. Makes the secret that keys come from where there is none.
Result<store::EncryptionEdit> set_encryption(Workspace& workspace, const std::string& channel,
                                             bool encrypted);

}  // namespace matinee::app
