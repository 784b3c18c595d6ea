#!/usr/bin/env bash
# Writes the outputs shown in docs/one-hello-seven-layers.md anew: runs the programs as the guide says, and puts what they print into its blocks.
set -euo pipefail
cd "$(dirname "$0")/.."
REALTIMEHELLO_WRITE_GUIDE=1 dotnet test -- --filter-class 'RealtimeHello.Tests.Guide.OneHelloSevenLayersTests'
