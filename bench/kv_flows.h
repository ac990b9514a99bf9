// The recorded flows as requests to replay, and what else could happen to them.
#pragma once

#include <string>
#include <vector>

namespace anyclaude::bench {

struct FlowRequest {
  std::string name;  // folder/file of the recording
  std::string body;  // as a client would send it
  std::string agent_id;
  bool is_side_request = false;  // a title: no tools, one message
};

struct Flow {
  std::string name;
  std::vector<FlowRequest> requests;
};

enum class SideRequests { included, left_out };

// Claude Code 2.1.197 in the order in which the real server was measured, and the newest client.
Flow flow_of_21197(SideRequests side_requests);
Flow flow_of_latest();

// The same with the tools of each request in another order.
Flow with_shuffled_tools(Flow flow);
// From the third turn of the interactive conversation on, a tool more.
Flow with_late_tool(Flow flow);

// Where a line without a rule stands, which changes with every request.
enum class LinePlace { system_prompt, tool_description, reminder };
// Preceded by three requests in which the line was seen before; those are named "warm-up".
Flow with_unknown_line(Flow flow, LinePlace place);

}  // namespace anyclaude::bench
