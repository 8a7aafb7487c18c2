#include "cli/table.h"

#include <algorithm>

namespace slotwarden::cli {
namespace {

constexpr std::size_t gap = 2;

void print_cells(const Console& c, const std::vector<Cell>& cells, const std::vector<Table::Column>& columns,
                 const std::vector<std::size_t>& widths, std::size_t indent) {
  std::size_t owed = indent;  // blanks, paid only before a text
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (widths[i] == 0) continue;  // a column that nobody fills
    const std::string text = printable(cells[i].text);
    const std::size_t padding = widths[i] - width(text);
    const bool right = columns[i].align == Table::Align::right;
    if (right) owed += padding;
    if (!text.empty()) {
      c.out << std::string(owed, ' ') << painted(c, cells[i].paint, text);
      owed = 0;
    }
    owed += (right ? 0 : padding) + gap;
  }
  c.out << '\n';
}

}  // namespace

void Table::print(const Console& c, bool titles, std::size_t indent) const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(titles ? width(column.title) : 0);
  for (const Line& line : lines_)
    for (std::size_t i = 0; i < line.cells.size(); ++i)
      widths[i] = std::max(widths[i], width(printable(line.cells[i].text)));
  std::vector<Cell> head;
  for (const Column& column : columns_) head.push_back({column.title, Paint::bold});
  if (titles) print_cells(c, head, columns_, widths, indent);
  for (const Line& line : lines_) {
    if (!line.cells.empty()) {
      print_cells(c, line.cells, columns_, widths, indent);
    } else {
      c.out << std::string(indent + 4, ' ') << painted(c, line.sentence.paint, printable(line.sentence.text)) << '\n';
    }
  }
}

}  // namespace slotwarden::cli
