package mapping

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"attio-etl/crm"
)

// texts is few and short texts, so that equal content and content that only differs in where one text ends are both frequent.
var texts = rapid.SampledFrom([]string{"", "a", "b", "aa", "ab", "\x00", "\x01a"})

func drawValue(t *rapid.T) crm.Value {
	text := func() string { return texts.Draw(t, "text") }
	number := func() int { return rapid.IntRange(1, 3).Draw(t, "number") }
	switch rapid.IntRange(1, 16).Draw(t, "type") {
	case 1:
		return crm.Text(text())
	case 2:
		return crm.Number(number())
	case 3:
		return crm.Checkbox(number() == 1)
	case 4:
		return crm.Currency{Amount: text(), Code: text()}
	case 5:
		return crm.Date{Year: number(), Month: time.Month(number()), Day: number()}
	case 6:
		return crm.Timestamp(time.Unix(int64(number()), int64(number())).UTC())
	case 7:
		return crm.Rating(number())
	case 8:
		return crm.Status{ID: text(), Title: text()}
	case 9:
		return crm.Select{ID: text(), Title: text()}
	case 10:
		return crm.RecordReference{Object: text(), ID: text(), Match: text(), Key: text()}
	case 11:
		return crm.ActorReference{ActorType: text(), ID: text(), Email: text()}
	case 12:
		return crm.Location{Line1: text(), Line4: text(), Locality: text(), CountryCode: text(), Longitude: text()}
	case 13:
		return crm.Domain(text())
	case 14:
		return crm.EmailAddress(text())
	case 15:
		return crm.PhoneNumber{E164: text(), Original: text(), CountryCode: text()}
	default:
		return crm.PersonalName{First: text(), Last: text(), Full: text()}
	}
}

func drawMode(t *rapid.T) crm.WriteMode {
	return rapid.SampledFrom([]crm.WriteMode{crm.Replace, crm.IfEmpty, crm.Append, crm.Remove}).Draw(t, "mode")
}

// content is what an item's hash is made from.
type content struct {
	object, match, mode string
	key                 []string
	fields              []crm.Field
}

func drawContent(t *rapid.T) content {
	c := content{object: texts.Draw(t, "object"), match: texts.Draw(t, "match"), mode: texts.Draw(t, "mode")}
	for range rapid.IntRange(0, 2).Draw(t, "keys") {
		c.key = append(c.key, texts.Draw(t, "key"))
	}
	for range rapid.IntRange(0, 2).Draw(t, "fields") {
		f := crm.Field{Attribute: texts.Draw(t, "attribute"), Write: drawMode(t)}
		for range rapid.IntRange(0, 2).Draw(t, "values") {
			f.Values = append(f.Values, drawValue(t))
		}
		c.fields = append(c.fields, f)
	}
	return c
}

// mutate changes one thing, or nothing.
func mutate(t *rapid.T, c content) content {
	switch rapid.IntRange(0, 6).Draw(t, "change") {
	case 1:
		c.object, c.match = c.match, c.object
	case 2:
		c.key = append(append([]string{}, c.key...), texts.Draw(t, "key"))
	case 3:
		c.fields = append(append([]crm.Field{}, c.fields...), crm.Field{Attribute: texts.Draw(t, "attribute")})
	case 4:
		return drawContent(t)
	case 5:
		if len(c.fields) > 0 {
			fields := append([]crm.Field{}, c.fields...)
			fields[0] = crm.Field{Attribute: fields[0].Attribute, Values: []crm.Value{drawValue(t)}}
			c.fields = fields
		}
	case 6:
		if len(c.fields) > 0 {
			fields := append([]crm.Field{}, c.fields...)
			fields[0].Write = drawMode(t)
			c.fields = fields
		}
	}
	return c
}

func (c content) hash() [32]byte {
	p := Plan{prefix: appendTexts(nil, c.object, c.match, c.mode)}
	return p.itemHash(crm.Key{Values: c.key}, c.fields)
}

// written is the content as far as it counts: an option with a title is that option whatever its id, as one that was created
// meanwhile has got one.
func (c content) written() content {
	fields := make([]crm.Field, len(c.fields))
	for i, f := range c.fields {
		fields[i] = crm.Field{Attribute: f.Attribute, Write: f.Write}
		for _, v := range f.Values {
			switch o := v.(type) {
			case crm.Select:
				if o.Title != "" {
					v = crm.Select{Title: o.Title}
				}
			case crm.Status:
				if o.Title != "" {
					v = crm.Status{Title: o.Title}
				}
			}
			fields[i].Values = append(fields[i].Values, v)
		}
	}
	c.fields = fields
	return c
}

func TestItemHashDiffersIffContentDiffers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := drawContent(t)
		b := mutate(t, a)
		if same, equal := a.hash() == b.hash(), reflect.DeepEqual(a.written(), b.written()); same != equal {
			t.Fatalf("hashes equal: %v, contents equal: %v\n%#v\n%#v", same, equal, a, b)
		}
	})
}

// TestItemHashSeesEveryPart changes each part of each kind of value by itself.
func TestItemHashSeesEveryPart(t *testing.T) {
	hash := func(v crm.Value) [32]byte {
		return content{fields: []crm.Field{{Attribute: "a", Values: []crm.Value{v}}}}.hash()
	}
	structs := []crm.Value{
		crm.Currency{},
		crm.Date{},
		crm.Status{},
		crm.Select{},
		crm.RecordReference{},
		crm.ActorReference{},
		crm.Location{},
		crm.PhoneNumber{},
		crm.PersonalName{},
	}
	for _, v := range structs {
		seen := map[[32]byte]string{hash(v): "nothing"}
		for i := range reflect.TypeOf(v).NumField() {
			changed := reflect.New(reflect.TypeOf(v)).Elem()
			name := reflect.TypeOf(v).Field(i).Name
			if field := changed.Field(i); field.Kind() == reflect.String {
				field.SetString("x")
			} else {
				field.SetInt(7)
			}
			value, ok := reflect.TypeAssert[crm.Value](changed)
			if !ok {
				t.Fatalf("%T is no value", changed.Interface())
			}
			h := hash(value)
			if other, there := seen[h]; there {
				t.Errorf("%T: setting %s hashes like setting %s", v, name, other)
			}
			seen[h] = name
		}
	}
}
