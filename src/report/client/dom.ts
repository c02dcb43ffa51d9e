/** The page's functions that make elements. Whatever comes from the run becomes text, never markup. */
export const dom = /* js */ `
function byId(id) {
  return document.getElementById(id);
}

// Makes an element of these children, which are elements or texts.
function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function drawing(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const name in attributes) made.setAttribute(name, attributes[name]);
  return made;
}

// Fills a table. Columns are [heading, class], cells are what "element" takes.
function fillTable(table, columns, rows) {
  const headings = columns.map(([heading, className]) => {
    const cell = element("th", className, heading);
    cell.scope = "col";
    return cell;
  });
  table.tHead.replaceChildren(element("tr", "", ...headings));
  table.tBodies[0].replaceChildren(...rows.map((cells) =>
    element("tr", "", ...cells.map((content, i) => {
      const cell = element(i === 0 ? "th" : "td", columns[i][1], content);
      if (i === 0) cell.scope = "row";
      return cell;
    }))
  ));
}

function status(name) {
  return element("span", "status " + name, name);
}

function reveal(id) {
  byId(id).hidden = false;
}
`;
