#include "base/json_instance.h"

template class nlohmann::basic_json<>;
