#!/usr/bin/env bash
# Writes docs/doctor-catalogue.md anew: makes each row happen, and puts what is said of it into the table.
set -euo pipefail
cd "$(dirname "$0")/.."
REALTIMEHELLO_WRITE_CATALOGUE=1 dotnet test -- --filter-method 'RealtimeHello.Tests.Catalogue.CatalogueTests.The_table_in_docs_has_every_row_and_no_other'
