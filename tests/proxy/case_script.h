// Scripted test cases: a client, the broker and a server that fails on an unexpected call, written down line
// by line.
//
//   mode llama-cpp                       the broker's mode; first line
//   dialects chat native                 the case is run once for each of these (chat, unless it says
//   otherwise) levels off safe standard aggressive  and once for each of these (standard) server POST
//   /v1/chat/completions     one call the server expects, in order
//     sees TEXT / sees-not TEXT          what the request's body holds, or does not
//     head STATUS CONTENT-TYPE           the reply's head
//     sse JSON                           a piece of the reply: "data: JSON" and a blank line
//     event NAME JSON                    a piece: "event: NAME", "data: JSON" and a blank line
//     raw TEXT                           a piece, with \n and \r understood
//     silence                            nothing for as long as the broker waits before it looks around
//     client-gone                        the client leaves now
//     end HOW                            complete, cut, refused, idle_timed_out, ... (UpstreamEnd)
//   client POST /v1/messages             a request; `gets` lines below look at its answer
//     header NAME: VALUE
//     body JSON
//     leaves-after BYTES                 the client takes no more than so many
//     gets status N | gets header NAME VALUE | gets TEXT | gets-not TEXT | gets end finished|aborted|waiting
//     (gets-not takes no text so short that a random id may hold it)
//     notes PATTERN                      a regular expression; from here on $NOTED stands for its group in
//     the answer
//   clock SECONDS                        time passes
//   entries N                            what is in the store
//   logs TEXT                            what the broker has written into its log so far
//
// Anywhere in a line @N(TEXT)@ stands for N times TEXT.
// Empty lines and lines that start with # say nothing to the machine.
#pragma once

#include <string>

namespace anyclaude::fakes {

// Runs the case in `text`; every disagreement is a test failure that names `name` and the line.
void run_case(const std::string& name, const std::string& text);

}  // namespace anyclaude::fakes
