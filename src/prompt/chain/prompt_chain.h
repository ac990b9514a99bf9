// The chain of a request's prompt, in the order in which a chat template renders it.
#pragma once

#include "messages/request/messages_request.h"
#include "messages/request/template_order.h"
#include "prompt/chain/prefix_chain.h"

namespace anyclaude {

// Long texts are cut at line ends into segments of about kSegmentBytes, so that a change costs what stands
// behind it and not the whole text. Tools that are deferred are not rendered and not in the chain.
inline constexpr std::size_t kSegmentBytes = 512;
PrefixChain make_prompt_chain(const MessagesRequest& request, TemplateOrder order, const HashSecret& secret);

}  // namespace anyclaude
