// Reads the keys of a configuration schema: `vertexAi.projects[].project`.

import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** Keys of an object type. `[]` stands for the items of a list; an object with free keys only is one key. */
function keysOf(type, prefix) {
  if (ts.isTypeLiteralNode(type) && type.members.some(ts.isPropertySignature)) {
    return type.members.filter(ts.isPropertySignature).flatMap(member => {
      const key = prefix ? `${prefix}.${member.name.text}` : member.name.text;
      return keysOf(member.type, key);
    });
  }
  if (ts.isTypeReferenceNode(type) && type.typeName.text === 'Array') {
    return keysOf(type.typeArguments[0], `${prefix}[]`);
  }
  return [prefix.replace(/\[\]$/, '')];
}

/** The keys that a `config.d.ts` declares. */
export function configurationKeys(file) {
  const source = ts.createSourceFile(
    file,
    readFileSync(file, 'utf8'),
    ts.ScriptTarget.Latest,
    true,
  );
  const config = source.statements.find(
    statement =>
      ts.isInterfaceDeclaration(statement) && statement.name.text === 'Config',
  );
  const whole = ts.factory.createTypeLiteralNode(config.members);
  return keysOf(whole, '');
}
