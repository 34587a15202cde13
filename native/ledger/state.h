// All that the ledger knows, one for the process. Constant-initialised: an allocation before any constructor finds it ready.
#pragma once
#include "ledger/block_table.h"
#include "ledger/mapping_table.h"
#include "ledger/scopes.h"

namespace memspec::ledger {

struct State {
  BlockTable blocks;
  MappingTable mappings;
  Scopes scopes;
};

extern constinit State g_state;

}  // namespace memspec::ledger
