// Where imported answers stand, and what an importer may hand in.
#pragma once

#include "base/error.h"
#include "storage/response_store.h"

namespace anyclaude {

// invalid_request when the answer could never be found again.
Status check_import(const StoredResponse& response);

}  // namespace anyclaude
