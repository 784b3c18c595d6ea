using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace RealtimeHello.Server.Storage.Migrations
{
    /// <inheritdoc />
    public partial class SignOuts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "SignOuts",
                columns: table => new
                {
                    User = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Until = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_SignOuts", x => x.User);
                });

            migrationBuilder.CreateIndex(
                name: "IX_SignOuts_Until",
                table: "SignOuts",
                column: "Until");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "SignOuts");
        }
    }
}
